package dev.postern.client.terminal;

import dev.postern.wire.control.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A pseudo terminal with a program on it, as a person's terminal window has: the program is a
 * session leader and the terminal its controlling one. What it prints is collected on a thread of
 * this class.
 */
public final class TestPty implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long TIOCSWINSZ = 0x5414;
  private static final int O_RDWR_NOCTTY_CLOEXEC = 2 | 0x100 | 0x80000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN = link("posix_openpt", ValueLayout.JAVA_INT);
  private static final MethodHandle GRANT = link("grantpt", ValueLayout.JAVA_INT);
  private static final MethodHandle UNLOCK = link("unlockpt", ValueLayout.JAVA_INT);
  private static final MethodHandle NAME =
      link("ptsname_r", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle READ =
      link("read", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle WRITE =
      link("write", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle CLOSE = link("close", ValueLayout.JAVA_INT);

  private final Arena arena = Arena.ofShared();
  private final int master;
  private final Process process;
  private final Thread reader;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private boolean hungUp;

  private TestPty(int master, ProcessBuilder builder) throws IOException {
    this.master = master;
    this.process = builder.start();
    this.reader = Thread.ofPlatform().daemon().name("pty-reader").start(this::read);
  }

  /** Starts a command on a new terminal of 80 columns and 24 rows. */
  public static TestPty start(Map<String, String> environment, List<String> command)
      throws IOException {
    int master = call(OPEN, O_RDWR_NOCTTY_CLOEXEC);
    if (master < 0 || call(GRANT, master) != 0 || call(UNLOCK, master) != 0) {
      throw new IOException("no pseudo terminal");
    }
    setSize(master, new TerminalSize(80, 24));
    List<String> line =
        new ArrayList<>(
            List.of(
                "setsid",
                // A suite started with nohup would hand its ignored signals down.
                "env",
                "--default-signal=HUP,INT",
                "sh",
                "-c",
                "exec 0<>\"$0\" 1>&0 2>&0; exec \"$@\"",
                name(master)));
    line.addAll(command);
    File nowhere = new File("/dev/null");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectInput(nowhere)
            .redirectOutput(nowhere)
            .redirectError(nowhere);
    builder.environment().putAll(environment);
    return new TestPty(master, builder);
  }

  /** A command that runs a class of the tests or of the product on this JVM's class path. */
  public static List<String> java(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  public void type(String keys) {
    byte[] bytes = keys.getBytes(StandardCharsets.ISO_8859_1);
    try (Arena call = Arena.ofConfined()) {
      MemorySegment buffer = call.allocate(bytes.length);
      buffer.copyFrom(MemorySegment.ofArray(bytes));
      if ((int) WRITE.invokeExact(master, buffer, (long) bytes.length) != bytes.length) {
        throw new AssertionError("the terminal did not take the keys");
      }
    } catch (Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  public void resize(int columns, int rows) {
    setSize(master, new TerminalSize(columns, rows));
  }

  /** Sends a signal to the program alone, as {@code kill} does. */
  public void kill(String signal) throws IOException, InterruptedException {
    kill(signal, process.pid());
  }

  static void kill(String signal, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).inheritIO().start().waitFor();
  }

  /** The settings of the terminal as the program left them. */
  Termios attributes() {
    Termios termios = KernelTerminal.attributes(master);
    if (termios == null) {
      throw new AssertionError("the terminal is gone");
    }
    return termios;
  }

  /** The same as a text that can be compared. */
  public String settings() {
    return java.util.HexFormat.of().formatHex(attributes().bytes());
  }

  void apply(Termios termios) throws IOException {
    KernelTerminal.apply(master, termios);
  }

  /** Everything printed so far, bytes as characters. */
  public synchronized String output() {
    return output.toString(StandardCharsets.ISO_8859_1);
  }

  public String awaitOutput(String text) throws InterruptedException {
    await("output " + text, printed -> printed.contains(text));
    return output();
  }

  /** Waits until the output fulfils something; each byte that arrives is a new try. */
  public synchronized void await(String what, Predicate<String> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.test(output())) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0 || (hungUp && !process.isAlive())) {
        throw new AssertionError("no " + what + " in: " + output());
      }
      wait(Math.min(leftMs, 50));
    }
  }

  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("the program did not end; it printed: " + output());
    }
    reader.join(1000);
    return process.exitValue();
  }

  public long pid() {
    return process.pid();
  }

  /** One letter as in {@code ps}: T is stopped. */
  public char state() throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }

  private void read() {
    try {
      MemorySegment buffer = arena.allocate(8192);
      while (true) {
        int count = (int) READ.invokeExact(master, buffer, buffer.byteSize());
        if (count <= 0) {
          // The first error comes before the program has opened its end.
          if (!process.isAlive()) {
            break;
          }
          Thread.onSpinWait();
          continue;
        }
        synchronized (this) {
          output.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
          notifyAll();
        }
      }
    } catch (Throwable cause) {
      throw new AssertionError(cause);
    } finally {
      synchronized (this) {
        hungUp = true;
        notifyAll();
      }
    }
  }

  /** Kills the program and closes the window. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    call(CLOSE, master);
    arena.close();
  }

  @SuppressWarnings("restricted")
  private static void setSize(int master, TerminalSize size) {
    MethodHandle ioctl =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
    try (Arena call = Arena.ofConfined()) {
      MemorySegment winsize = call.allocate(8, 4);
      winsize.set(ValueLayout.JAVA_SHORT, 0, (short) size.rows());
      winsize.set(ValueLayout.JAVA_SHORT, 2, (short) size.cols());
      if ((int) ioctl.invokeExact(master, TIOCSWINSZ, winsize) != 0) {
        throw new AssertionError("no size set");
      }
    } catch (Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  private static String name(int master) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment buffer = call.allocate(128);
      if ((int) NAME.invokeExact(master, buffer, buffer.byteSize()) != 0) {
        throw new AssertionError("the terminal has no name");
      }
      return buffer.getString(0);
    } catch (Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  private static int call(MethodHandle handle, int argument) {
    try {
      return (int) handle.invokeExact(argument);
    } catch (Throwable cause) {
      throw new AssertionError(cause);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(String function, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(function),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }
}
