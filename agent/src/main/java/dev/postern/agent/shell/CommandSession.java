package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command without a terminal, executed directly from its words: closed input, and output and
 * error streams apart, or merged in the order in which they were written.
 */
public final class CommandSession implements SessionProgram {
  private static final Duration HANGUP_GRACE = Duration.ofSeconds(2);

  /** How long output of a process that the command left behind is waited for. */
  private static final Duration STRAGGLER_QUIET = Duration.ofMillis(300);

  private static final byte INTERRUPT = 0x03;
  private static final byte QUIT = 0x1c;

  private final List<Descriptor> writeEnds;
  private final List<StreamReader> readers;
  private final ProgramProcess process;
  private final ProcessScope scope;

  private CommandSession(
      List<Descriptor> writeEnds,
      List<StreamReader> readers,
      ProgramProcess process,
      ProcessScope scope) {
    this.writeEnds = writeEnds;
    this.readers = readers;
    this.process = process;
    this.scope = scope;
  }

  /**
   * Starts a command.
   *
   * @param argv not empty
   * @param separate whether the error stream is kept apart
   */
  public static CommandSession start(
      Launch launch, List<String> argv, boolean separate, OutputSink sink) throws IOException {
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("a command has at least one word");
    }
    ProcessScope scope = launch.newScope();
    List<Descriptor> opened = new ArrayList<>();
    try {
      Pipe output = Pipe.open(opened);
      @Nullable Pipe error = separate ? Pipe.open(opened) : null;
      String script =
          new LaunchScript()
              .enter(scope.entrance())
              .streams(
                  ProgramProcess.path(output.write()),
                  error == null ? null : ProgramProcess.path(error.write()))
              .exec(argv, launch);
      ProgramProcess process = ProgramProcess.start(script, scope);
      List<StreamReader> readers = new ArrayList<>();
      List<Descriptor> writeEnds = new ArrayList<>();
      readers.add(output.reader("stdout-" + launch.mark(), OutputStreamKind.OUTPUT, sink));
      writeEnds.add(output.write());
      if (error != null) {
        readers.add(error.reader("stderr-" + launch.mark(), OutputStreamKind.ERROR, sink));
        writeEnds.add(error.write());
      }
      readers.forEach(StreamReader::start);
      return new CommandSession(writeEnds, readers, process, scope);
    } catch (IOException failed) {
      opened.forEach(Descriptor::close);
      scope.end(Duration.ZERO);
      throw failed;
    }
  }

  /** Input goes nowhere, except that the control characters of a terminal act as on one. */
  @Override
  public boolean offer(ByteBuffer input) {
    boolean interrupt = false;
    boolean quit = false;
    for (int at = input.position(); at < input.limit(); at++) {
      interrupt |= input.get(at) == INTERRUPT;
      quit |= input.get(at) == QUIT;
    }
    if (interrupt) {
      process.signal(Libc.SIGINT);
    }
    if (quit) {
      process.signal(Libc.SIGQUIT);
    }
    return true;
  }

  @Override
  public void resize(WindowSize size) {
    // There is no terminal whose size could change.
  }

  @Override
  public int await() throws InterruptedException {
    int status = process.await();
    // While these were open, a command that closed its streams early did not look ended.
    writeEnds.forEach(Descriptor::close);
    readers.forEach(StreamReader::restartQuiet);
    boolean ended = true;
    for (StreamReader reader : readers) {
      ended &= reader.awaitEnd(STRAGGLER_QUIET);
    }
    if (!ended) {
      scope.end(HANGUP_GRACE);
      for (StreamReader reader : readers) {
        reader.finish();
        reader.awaitEnd();
      }
    }
    return status;
  }

  @Override
  public void end() {
    scope.end(HANGUP_GRACE);
    readers.forEach(StreamReader::stop);
    writeEnds.forEach(Descriptor::close);
  }

  private record Pipe(Descriptor read, Descriptor write) {
    static Pipe open(List<Descriptor> opened) throws IOException {
      int[] ends = Libc.pipe();
      Pipe pipe = new Pipe(new Descriptor(ends[0]), new Descriptor(ends[1]));
      opened.add(pipe.read);
      opened.add(pipe.write);
      return pipe;
    }

    StreamReader reader(String name, OutputStreamKind kind, OutputSink sink) throws IOException {
      return new StreamReader(name, read, kind, sink, null);
    }
  }
}
