package dev.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How the official agent is set up so that it uses a given server (spec/agent-service.md section
 * 7), and what is to be done so that the next one does not find the traces of this one.
 */
final class OfficialAgent {
  private static final Path STATE = Path.of("/var/lib/amazon/ssm");

  private OfficialAgent() {}

  static RunningAgent start(
      RunningAgent.Setting setting,
      RunningServer server,
      Path programs,
      Path data,
      String id,
      String code)
      throws Exception {
    Path folder = Files.createDirectories(data.resolve("bin"));
    for (String name :
        List.of(
            "amazon-ssm-agent", "ssm-agent-worker", "ssm-session-worker", "ssm-document-worker")) {
      Files.copy(programs.resolve(name), folder.resolve(name));
    }
    Path configuration = Files.createDirectories(folder.resolve("configuration"));
    String url = setting.endpoint().toString();
    Files.writeString(
        configuration.resolve("amazon-ssm-agent.json"),
        "{\"Ssm\":{\"Endpoint\":\"%1$s\"},\"Mgs\":{\"Endpoint\":\"%1$s\",\"Region\":\"us-east-1\"},\"Mds\":{\"Endpoint\":\"%1$s\"},"
                .formatted(url)
            + "\"Agent\":{\"Region\":\"us-east-1\",\"TelemetryMetricsToSSM\":false},"
            + "\"Identity\":{\"ConsumptionOrder\":[\"OnPrem\"]}}",
        StandardCharsets.UTF_8);
    for (Path path : List.of(folder, configuration)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    // It keeps credentials in its home, and uses them unseen when its node's id is the same again.
    Shell shell =
        setting
            .shell()
            .with("SSL_CERT_FILE", server.data().resolve("tls/bundle.pem").toString())
            .with("HOME", data.toString());
    removeTraces(folder);
    String program = folder.resolve("amazon-ssm-agent").toString();
    Finished registered =
        shell
            .run(
                List.of(
                    program, "-register", "-y", "-code", code, "-id", id, "-region", "us-east-1"))
            .orFail();
    Matcher matcher =
        Pattern.compile("(mi-[0-9a-f]{17}|i-[0-9a-zA-Z]+)")
            .matcher(registered.out() + registered.err());
    if (!matcher.find()) {
      throw new AssertionError("no instance id in: " + registered);
    }
    return RunningAgent.of(
        shell.start(List.of(program)), matcher.group(1), () -> removeTraces(folder));
  }

  /** Its session workers outlive it, and it would go on with what it finds in its state. */
  private static void removeTraces(Path folder) {
    ProcessHandle.allProcesses()
        .filter(process ->
            process.info().command().filter(path -> path.startsWith(folder + "/")).isPresent())
        .forEach(process -> {
          if (process.destroyForcibly()) {
            ProcessHandle _ = process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
          }
        });
    if (!Files.exists(STATE)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(STATE)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException left) {
      throw new UncheckedIOException("cannot remove " + STATE, left);
    }
  }
}
