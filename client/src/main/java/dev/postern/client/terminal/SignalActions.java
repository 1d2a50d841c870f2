package dev.postern.client.terminal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What the kernel does with signals that the virtual machine lets nobody else handle. */
public final class SignalActions {
  private static final int SIGINT = 2;
  private static final int SIGQUIT = 3;
  private static final long SIG_DFL = 0;
  private static final long SIG_IGN = 1;
  private static final long SIG_ERR = -1;

  private static final MethodHandle SIGNAL = link();

  private SignalActions() {}

  /**
   * The virtual machine answers SIGQUIT with a thread dump on the standard output, in the middle of
   * a session's bytes. It can only be ignored, from now on for the rest of the process.
   */
  public static void ignoreQuit() {
    set(SIGQUIT, SIG_IGN);
  }

  /**
   * The AWS CLI ignores SIGINT while it runs us, and children inherit that. The virtual machine
   * handles no signal that it found ignored, so the default action has to be set first.
   */
  static void acceptInterrupt() {
    set(SIGINT, SIG_DFL);
  }

  @SuppressWarnings("restricted") // native access is granted to this program by its launcher
  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("signal"),
        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  }

  private static void set(int number, long action) {
    long previous;
    try {
      previous =
          ((MemorySegment) SIGNAL.invokeExact(number, MemorySegment.ofAddress(action))).address();
    } catch (Throwable cause) {
      throw new IllegalStateException("signal could not be called", cause);
    }
    if (previous == SIG_ERR) {
      throw new IllegalStateException("the action of signal " + number + " cannot be changed");
    }
  }
}
