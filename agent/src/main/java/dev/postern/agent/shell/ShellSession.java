package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** A program on a terminal: a login shell, or one command line. */
public final class ShellSession implements SessionProgram {
  private static final Duration HANGUP_GRACE = Duration.ofSeconds(2);

  private final Pty pty;
  private final StreamReader reader;
  private final ProgramProcess process;
  private final ProcessScope scope;

  private ShellSession(Pty pty, StreamReader reader, ProgramProcess process, ProcessScope scope) {
    this.pty = pty;
    this.reader = reader;
    this.process = process;
    this.scope = scope;
  }

  /** The account's own shell, as after a login. */
  public static ShellSession login(Launch launch, WindowSize size, OutputSink sink)
      throws IOException {
    return start(launch, Shells.login(launch.account()), size, sink);
  }

  /** One command line, read by {@code sh}; the session ends with it. */
  public static ShellSession commands(
      Launch launch, String commands, WindowSize size, OutputSink sink) throws IOException {
    return start(launch, List.of("sh", "-c", commands), size, sink);
  }

  private static ShellSession start(
      Launch launch, List<String> argv, WindowSize size, OutputSink sink) throws IOException {
    ProcessScope scope = launch.newScope();
    Pty pty = Pty.open(size);
    try {
      launch.giveTerminal(pty.terminal());
      String script =
          new LaunchScript().enter(scope.entrance()).terminal(pty.terminal()).exec(argv, launch);
      ProgramProcess process = ProgramProcess.start(script, scope);
      StreamReader reader = pty.read("pty-" + launch.mark(), sink);
      return new ShellSession(pty, reader, process, scope);
    } catch (IOException failed) {
      pty.discard();
      scope.end(Duration.ZERO);
      throw failed;
    }
  }

  @Override
  public boolean offer(ByteBuffer input) throws IOException {
    return pty.offer(input);
  }

  @Override
  public void resize(WindowSize size) throws IOException {
    pty.resize(size);
  }

  @Override
  public int await() throws InterruptedException {
    int status = process.await();
    reader.finish();
    reader.awaitEnd();
    return status;
  }

  @Override
  public void end() {
    scope.end(HANGUP_GRACE);
    reader.stop();
  }
}
