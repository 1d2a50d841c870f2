package dev.postern.client.terminal;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Signals sent to this process, handed to one handler on one thread of this class, one after the
 * other.
 *
 * <p>A signal that comes again before it was handled counts once, as with the kernel. SIGQUIT is
 * not among them: the virtual machine keeps it for itself.
 */
public final class Signals implements AutoCloseable {
  /** A signal that a session cares about. */
  public enum Kind {
    /** Interrupt, Ctrl-C where the terminal is not raw. */
    INT(2),
    /** Stop, Ctrl-Z where the terminal is not raw. */
    TSTP(20),
    /** The window has another size. */
    WINCH(28),
    /** Going on after a stop. */
    CONT(18),
    /** Asked to end. */
    TERM(15),
    /** The terminal is gone. */
    HUP(1);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** What a shell reports of a program that this signal ended. */
    public int exitCode() {
      return 128 + number;
    }
  }

  /** Told of each signal. */
  @FunctionalInterface
  public interface Listener {
    /** May block; the signals that come meanwhile wait. */
    void onSignal(Kind kind);
  }

  private final Listener listener;
  private final Map<Kind, SignalHandler> previous = new EnumMap<>(Kind.class);
  private final Set<Kind> pending = EnumSet.noneOf(Kind.class);
  private final Thread thread;
  private boolean closed;

  private Signals(Listener listener) {
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("signals").unstarted(this::run);
  }

  /** Takes these signals over until {@link #close}. */
  public static Signals listen(Set<Kind> kinds, Listener listener) {
    Signals signals = new Signals(listener);
    signals.thread.start();
    if (kinds.contains(Kind.INT)) {
      SignalActions.acceptInterrupt();
    }
    for (Kind kind : kinds) {
      SignalHandler before = Signal.handle(new Signal(kind.name()), s -> signals.arrived(kind));
      signals.previous.put(kind, before);
    }
    return signals;
  }

  private synchronized void arrived(Kind kind) {
    pending.add(kind);
    notifyAll();
  }

  private void run() {
    for (Kind kind = next(); kind != null; kind = next()) {
      listener.onSignal(kind);
    }
  }

  private synchronized @Nullable Kind next() {
    try {
      while (!closed && pending.isEmpty()) {
        wait();
      }
    } catch (InterruptedException end) {
      return null;
    }
    if (closed) {
      return null;
    }
    Kind kind = pending.iterator().next();
    pending.remove(kind);
    return kind;
  }

  /** Gives the signals back to whoever had them. A listener that is running ends on its own. */
  @Override
  public void close() {
    previous.forEach((kind, handler) -> Signal.handle(new Signal(kind.name()), handler));
    synchronized (this) {
      closed = true;
      notifyAll();
    }
  }
}
