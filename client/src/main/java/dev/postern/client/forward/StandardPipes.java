package dev.postern.client.forward;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Room in the pipes that are this process's standard streams (Linux, pipe(7)). */
final class StandardPipes {
  private static final int STANDARD_INPUT = 0;
  private static final int STANDARD_OUTPUT = 1;
  private static final int F_SETPIPE_SZ = 1031;

  /** What Linux grants to everybody by default. */
  private static final int PIPE_BYTES = 1 << 20;

  private StandardPipes() {}

  /**
   * Makes room for more than the usual 64 KiB, with which both ends of the pipe spend their time
   * waking each other. Changes nothing where a stream is no pipe or the system does not want to.
   */
  @SuppressWarnings("restricted") // native access is granted to this program by its launcher
  static void widen() {
    Linker linker = Linker.nativeLinker();
    MethodHandle fcntl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    try {
      int _ = (int) fcntl.invokeExact(STANDARD_INPUT, F_SETPIPE_SZ, PIPE_BYTES);
      int _ = (int) fcntl.invokeExact(STANDARD_OUTPUT, F_SETPIPE_SZ, PIPE_BYTES);
    } catch (Throwable cause) {
      throw new IllegalStateException("fcntl could not be called", cause);
    }
  }
}
