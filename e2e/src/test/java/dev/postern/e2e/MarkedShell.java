package dev.postern.e2e;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A shell through the real AWS CLI, in which a program runs that can be told from others. */
record MarkedShell(Terminal terminal, String id, String program) implements AutoCloseable {
  static final String ENDS_BY_HANGUP = "%s &";
  static final String IGNORES_HANGUP = "(trap '' HUP; exec %s) &";

  private static final Duration GONE_WITHIN = Duration.ofSeconds(20);

  /**
   * Opens a session and starts the program in it.
   *
   * @param start how, one of the above
   */
  static MarkedShell start(RunningServer server, RunningAgent agent, String start)
      throws Exception {
    String program = "sleep 9" + ThreadLocalRandom.current().nextInt(100_000_000);
    String command =
        String.join(" ", server.awsCommand("ssm", "start-session", "--target", agent.instanceId()));
    Terminal terminal =
        new Terminal(server.shell().with("POSTERN_STTY_BEFORE", "/dev/null"), 100, 30, command);
    try {
      String id = terminal.screen().expect("Starting session with SessionId: (\\S+)").group(1);
      // Its prompt is output too: one that came after the clock was moved would make the session
      // a used one.
      terminal.type("PS1='rea''dy> '; " + start.formatted(program) + " echo run''ning\r");
      terminal.screen().expect("running\r+\n.*ready> ");
      return new MarkedShell(terminal, id, program);
    } catch (AssertionError failed) {
      terminal.close();
      throw failed;
    }
  }

  boolean isProgramRunning() {
    return processes().findAny().isPresent();
  }

  void awaitProgramGone() {
    Awaitility.await().atMost(GONE_WITHIN).until(() -> !isProgramRunning());
  }

  private Stream<ProcessHandle> processes() {
    return ProcessHandle.allProcesses()
        .filter(process ->
            process.info().commandLine().filter(line -> line.endsWith(program)).isPresent());
  }

  @Override
  public void close() {
    terminal.close();
    // Of a session that did not end as it should.
    processes().forEach(ProcessHandle::destroyForcibly);
  }
}
