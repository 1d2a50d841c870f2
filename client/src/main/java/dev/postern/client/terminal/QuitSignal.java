package dev.postern.client.terminal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * SIGQUIT, which the virtual machine answers with a thread dump on the standard output, in the
 * middle of a session's bytes, and which it lets nobody else handle. It can only be ignored.
 */
public final class QuitSignal {
  private static final int SIGQUIT = 3;
  private static final long SIG_IGN = 1;
  private static final long SIG_ERR = -1;

  private QuitSignal() {}

  /** From now on, for the rest of the process. */
  @SuppressWarnings("restricted") // native access is granted to this program by its launcher
  public static void ignore() {
    Linker linker = Linker.nativeLinker();
    var signal =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("signal"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    long previous;
    try {
      previous =
          ((MemorySegment) signal.invokeExact(SIGQUIT, MemorySegment.ofAddress(SIG_IGN))).address();
    } catch (Throwable cause) {
      throw new IllegalStateException("signal could not be called", cause);
    }
    if (previous == SIG_ERR) {
      throw new IllegalStateException("SIGQUIT cannot be ignored");
    }
  }
}
