package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> served = new ArrayList<>();

  private int run(String... arguments) {
    return Main.run(
        arguments,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of(),
        running -> served.add(running.publicUrl().toString()));
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void assertOneLine(String... parts) {
    assertThat(errors().lines()).hasSize(1);
    assertThat(errors()).startsWith("postern server: ").contains(parts);
    assertThat(served).isEmpty();
  }

  @Test
  void readinessIsToldWithThePortInUseAndWhereTheEnvironmentIs() {
    int code = run("--data", data(), "--listen", "127.0.0.1:0");

    assertThat(errors()).isEmpty();
    assertThat(code).isZero();
    assertThat(served).hasSize(1);
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "Postern is ready at " + served.getFirst(),
            "For the AWS CLI in this shell: . " + data() + "/env");
    assertThat(served.getFirst())
        .matches("https://localhost:[1-9][0-9]+")
        .isNotEqualTo("https://localhost:8443");
    assertThat(directory.resolve("data/env")).exists();
  }

  @Test
  void publicUrlIsTakenAsGiven() {
    assertThat(
            run("--data", data(), "--listen", "127.0.0.1:0", "--public-url", "https://p.example"))
        .isZero();

    assertThat(served).containsExactly("https://p.example");
  }

  @Test
  void unknownOptionIsWrongUsage() {
    assertThat(run("--nonsense")).isEqualTo(2);

    assertOneLine("--nonsense");
  }

  @Test
  void portInUseIsOneClearLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();

      assertThat(run("--data", data(), "--listen", address)).isEqualTo(1);

      assertOneLine("cannot listen on " + address, "in use");
    }
  }

  @Test
  void unknownHostIsOneClearLine() {
    assertThat(run("--data", data(), "--listen", "no-such-host.invalid:0")).isEqualTo(1);

    assertOneLine("no-such-host.invalid");
  }

  @Test
  void dataDirectoryThatIsAFileIsOneClearLine() throws Exception {
    Files.writeString(directory.resolve("data"), "x");

    assertThat(run("--data", data(), "--listen", "127.0.0.1:0")).isEqualTo(1);

    assertOneLine(data(), "not a directory");
  }

  @Test
  void dataDirectoryOfARunningServerIsOneClearLine() {
    int code =
        Main.run(
            new String[] {"--data", data(), "--listen", "127.0.0.1:0"},
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            running -> assertThat(run("--data", data(), "--listen", "127.0.0.1:0")).isEqualTo(1));

    assertThat(code).isZero();
    assertOneLine("another server", data());
  }

  @Test
  void unknownKeyIsToldWithItsPlace() throws Exception {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(file, "server:\n  listne: 127.0.0.1:0\n");

    assertThat(run("--data", data(), "--config", file.toString())).isEqualTo(1);

    assertOneLine("server.listne", "2", "listen");
  }

  @Test
  void checkOfTheConfigurationTouchesNothing() throws Exception {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(file, "region: eu-central-1\n");

    assertThat(run("--data", data(), "--config", file.toString(), "--check-config")).isZero();

    assertThat(Path.of(data())).doesNotExist();
    assertThat(served).isEmpty();
  }

  @Test
  void halfACertificateIsOneClearLine() throws Exception {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(file, "server:\n  tls:\n    certificate: a.pem\n");

    assertThat(run("--data", data(), "--config", file.toString())).isEqualTo(1);

    assertOneLine("server.tls");
  }

  @Test
  void versionIsThatOfTheBuild() {
    assertThat(run("--version")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).matches("postern server [0-9]+\\..*\\R");
  }
}
