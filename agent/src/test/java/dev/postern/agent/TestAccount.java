package dev.postern.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.agent.shell.Account;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** An account of this machine, with a home, for the time of a test. Only root can make one. */
public final class TestAccount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;

  private TestAccount(String name) {
    this.name = name;
  }

  /** Makes one with options of useradd. */
  public static TestAccount create(String... options) throws IOException {
    String name = "pt" + UUID.randomUUID().toString().replace("-", "").substring(0, 10);
    List<String> command = new ArrayList<>(List.of("useradd", "-m"));
    command.addAll(List.of(options));
    command.add(name);
    run(command);
    return new TestAccount(name);
  }

  public String name() {
    return name;
  }

  public Account account() throws IOException {
    return Account.named(name).orElseThrow();
  }

  @Override
  public void close() throws IOException {
    run(List.of("userdel", "-r", name));
  }

  /**
   * Until it works: other tests may hold the lock on the files with accounts, and processes of an
   * ended session may take a moment to be gone.
   */
  private static void run(List<String> command) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.onExit().join().exitValue() == 0) {
        return;
      }
      assertThat(System.nanoTime()).as("%s: %s", command, output).isLessThan(deadline);
    }
  }
}
