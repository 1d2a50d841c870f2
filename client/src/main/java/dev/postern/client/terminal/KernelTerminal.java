package dev.postern.client.terminal;

import dev.postern.wire.control.TerminalSize;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's terminal calls on a file descriptor. Without state; safe for use by many threads.
 *
 * <p>Everything goes through {@code ioctl}: one native function to link keeps the start of the
 * plugin short, and none is linked to find out that a pipe is no terminal. No {@code errno} is
 * read, because nobody decides anything by it.
 *
 * <table>
 * <caption>struct winsize, numbers in the machine's order</caption>
 * <tr><th>Offset</th><th>Length</th><th>Field</th></tr>
 * <tr><td>0</td><td>2</td><td>ws_row</td></tr>
 * <tr><td>2</td><td>2</td><td>ws_col</td></tr>
 * <tr><td>4</td><td>4</td><td>pixels, not used</td></tr>
 * </table>
 */
final class KernelTerminal {
  private static final long TCGETS = 0x5401;
  private static final long TCSETS = 0x5402;
  private static final long TIOCGWINSZ = 0x5413;
  private static final int WINSIZE_BYTES = 8;
  private static final String NULL_DEVICE = "/dev/null";

  /** Linked at the first call. */
  private static final class Ioctl {
    static final MethodHandle HANDLE = link();
  }

  private KernelTerminal() {}

  /** Null when the descriptor is no terminal. */
  static @Nullable Termios attributes(int descriptor) {
    if (isSurelyNone(descriptor)) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment termios = arena.allocate(Termios.BYTES, Integer.BYTES);
      if (ioctl(descriptor, TCGETS, termios) != 0) {
        return null;
      }
      return new Termios(termios.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /**
   * Pipes and sockets are seen by their names (proc(5)). A terminal has any other: where it is
   * mounted is not for us to know.
   */
  private static boolean isSurelyNone(int descriptor) {
    try {
      String name =
          Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor))).toString();
      return name.startsWith("pipe:[") || name.startsWith("socket:[") || name.equals(NULL_DEVICE);
    } catch (IOException closedOrWithoutProc) {
      return false;
    }
  }

  /** Sets at once; what was typed and not yet read stays readable. */
  static void apply(int descriptor, Termios attributes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment termios = arena.allocate(Termios.BYTES, Integer.BYTES);
      termios.copyFrom(MemorySegment.ofArray(attributes.bytes()));
      if (ioctl(descriptor, TCSETS, termios) != 0) {
        throw new IOException("the terminal refuses its settings");
      }
    }
  }

  /** Null when the descriptor is no terminal or the terminal does not know its size. */
  static @Nullable TerminalSize size(int descriptor) {
    if (isSurelyNone(descriptor)) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment winsize = arena.allocate(WINSIZE_BYTES, Integer.BYTES);
      if (ioctl(descriptor, TIOCGWINSZ, winsize) != 0) {
        return null;
      }
      int rows = Short.toUnsignedInt(winsize.get(ValueLayout.JAVA_SHORT, 0));
      int columns = Short.toUnsignedInt(winsize.get(ValueLayout.JAVA_SHORT, Short.BYTES));
      return rows == 0 || columns == 0 ? null : new TerminalSize(columns, rows);
    }
  }

  private static int ioctl(int descriptor, long request, MemorySegment argument) {
    try {
      return (int) Ioctl.HANDLE.invokeExact(descriptor, request, argument);
    } catch (Throwable cause) {
      throw new IllegalStateException("ioctl could not be called", cause);
    }
  }

  @SuppressWarnings("restricted") // native access is granted to this program by its launcher
  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("ioctl"),
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
        Linker.Option.firstVariadicArg(2));
  }
}
