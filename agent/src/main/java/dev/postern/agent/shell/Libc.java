package dev.postern.agent.shell;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that Java does not offer: terminals, pipes that a child can open by
 * name, signals, accounts (stack.md section 6). Any thread. Numbers are those of Linux on x86-64
 * and arm64.
 *
 * <p>Nothing here forks: a child made from inside the JVM would have only the calling thread.
 */
@SuppressWarnings("restricted") // native access is granted to this program by its launcher
final class Libc {
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int ESRCH = 3;
  static final int ERANGE = 34;

  static final int O_RDWR = 0x2;
  static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  static final int SIGHUP = 1;
  static final int SIGINT = 2;
  static final int SIGQUIT = 3;
  static final int SIGKILL = 9;
  static final int SIGCONT = 18;

  private static final int MFD_CLOEXEC = 1;
  private static final long TIOCSWINSZ = 0x5414;
  private static final int PATH_BYTES_MAX = 128;

  private static final String NOT_CALLED = "a native call could not be made";
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle POSIX_OPENPT = intCall("posix_openpt", JAVA_INT);
  private static final MethodHandle GRANTPT = intCall("grantpt", JAVA_INT);
  private static final MethodHandle UNLOCKPT = intCall("unlockpt", JAVA_INT);
  private static final MethodHandle PTSNAME_R = intCall("ptsname_r", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          symbol("ioctl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle PIPE2 = intCall("pipe2", ADDRESS, JAVA_INT);
  private static final MethodHandle EVENTFD = intCall("eventfd", JAVA_INT, JAVA_INT);
  private static final MethodHandle MEMFD_CREATE = intCall("memfd_create", ADDRESS, JAVA_INT);
  private static final MethodHandle POLL = intCall("poll", ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CLOSE = intCall("close", JAVA_INT);
  private static final MethodHandle KILL = intCall("kill", JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = longCall("read", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = longCall("write", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle SIGNAL = longCall("signal", JAVA_INT, ADDRESS);
  private static final MethodHandle GETEUID = intCall("geteuid");
  private static final MethodHandle GETEGID = intCall("getegid");

  private Libc() {}

  /** The master end of a new pseudo-terminal: not ours to control, non-blocking, not inherited. */
  static int openTerminal() throws PosixException {
    int fd = check("posix_openpt", call(POSIX_OPENPT, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    try {
      check("grantpt", call(GRANTPT, fd));
      check("unlockpt", call(UNLOCKPT, fd));
    } catch (PosixException refused) {
      close(fd);
      throw refused;
    }
    return fd;
  }

  static String terminalName(int master) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(PATH_BYTES_MAX);
      Outcome outcome = call(PTSNAME_R, master, name, (long) PATH_BYTES_MAX);
      if (outcome.value() != 0) {
        throw new PosixException("ptsname_r", outcome.errno());
      }
      return name.getString(0);
    }
  }

  static void windowSize(int master, WindowSize size) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment winsize = arena.allocate(8, 2);
      winsize.set(JAVA_SHORT, 0, (short) size.rows());
      winsize.set(JAVA_SHORT, 2, (short) size.columns());
      check("ioctl", call(IOCTL, master, TIOCSWINSZ, winsize));
    }
  }

  /** Read end, write end; both non-blocking for us, whoever opens them by name again chooses. */
  static int[] pipe() throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      check("pipe2", call(PIPE2, ends, O_CLOEXEC | O_NONBLOCK));
      return new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
    }
  }

  static int eventDescriptor() throws PosixException {
    return check("eventfd", call(EVENTFD, 0, O_CLOEXEC | O_NONBLOCK));
  }

  static int memoryFile(String name) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      return check("memfd_create", call(MEMFD_CREATE, arena.allocateFrom(name), MFD_CLOEXEC));
    }
  }

  /** Waits without limit; the segment holds {@code struct pollfd} entries. */
  static void poll(MemorySegment entries, long count) throws PosixException {
    Outcome outcome;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int value = (int) POLL.invokeExact(state, entries, count, -1);
      outcome = new Outcome(value, (int) ERRNO.get(state, 0L));
    } catch (Throwable thrown) {
      throw new IllegalStateException(NOT_CALLED, thrown);
    }
    if (outcome.value() < 0 && outcome.errno() != EINTR) {
      throw new PosixException("poll", outcome.errno());
    }
  }

  static void close(int fd) {
    // A failed close leaves nothing to do: the descriptor is gone on Linux whatever it answers.
    call(CLOSE, fd);
  }

  /** False when there is no such process any more, or it is not ours to signal. */
  static boolean kill(long pid, int signal) {
    return call(KILL, (int) pid, signal).value() == 0;
  }

  static Outcome read(int fd, MemorySegment buffer) {
    return transfer(READ, fd, buffer);
  }

  static Outcome write(int fd, MemorySegment bytes) {
    return transfer(WRITE, fd, bytes);
  }

  private static Outcome transfer(MethodHandle function, int fd, MemorySegment bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long value = (long) function.invokeExact(state, fd, bytes, bytes.byteSize());
      return new Outcome(value, (int) ERRNO.get(state, 0L));
    } catch (Throwable thrown) {
      throw new IllegalStateException(NOT_CALLED, thrown);
    }
  }

  static int effectiveUser() {
    return (int) call(GETEUID).value();
  }

  static int effectiveGroup() {
    return (int) call(GETEGID).value();
  }

  /**
   * Makes a signal that this process ignores one that it catches and does nothing about: the same
   * for us, but a child starts with the default action instead of inheriting the ignorance.
   */
  static void catchIgnored(int signal) throws PosixException {
    // abs(3) takes an int, touches nothing and is safe in a signal handler.
    Outcome outcome = call(SIGNAL, signal, symbol("abs"));
    if (outcome.value() == -1) {
      throw new PosixException("signal", outcome.errno());
    }
  }

  /** What a call returned, and errno as it was right after it. */
  record Outcome(long value, int errno) {}

  static MethodHandle intCall(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(JAVA_INT, arguments),
        Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle longCall(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(JAVA_LONG, arguments),
        Linker.Option.captureCallState("errno"));
  }

  private static MemorySegment symbol(String name) {
    return SYMBOLS
        .find(name)
        .orElseThrow(() -> new IllegalStateException("no " + name + " in the C library"));
  }

  static Outcome call(MethodHandle function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      long value = ((Number) function.invokeWithArguments(all)).longValue();
      return new Outcome(value, (int) ERRNO.get(state, 0L));
    } catch (Throwable thrown) {
      throw new IllegalStateException(NOT_CALLED, thrown);
    }
  }

  private static int check(String name, Outcome outcome) throws PosixException {
    if (outcome.value() < 0) {
      throw new PosixException(name, outcome.errno());
    }
    return (int) outcome.value();
  }

  /** A pointer whose target is read as a C string. */
  static AddressLayout stringPointer() {
    return ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));
  }
}
