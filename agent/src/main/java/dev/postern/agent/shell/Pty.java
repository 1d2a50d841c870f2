package dev.postern.agent.shell;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The master end of a pseudo-terminal. One {@link StreamReader} reads and finally closes it; any
 * thread writes. A program that does not read its input lets a bounded amount pile up here.
 */
final class Pty implements StreamReader.Input {
  /** Typed or pasted bytes that the terminal has not taken yet. */
  static final int INPUT_BYTES_MAX = 1024 * 1024;

  private final Descriptor master;
  private final String terminal;
  private final Object inputLock = new Object();
  private final ArrayDeque<ByteBuffer> pending = new ArrayDeque<>();
  private int pendingBytes;
  private @Nullable StreamReader reader;

  private Pty(Descriptor master, String terminal) {
    this.master = master;
    this.terminal = terminal;
  }

  static Pty open(WindowSize size) throws PosixException {
    Descriptor master = new Descriptor(Libc.openTerminal());
    try {
      Pty pty = new Pty(master, Libc.terminalName(master.number()));
      pty.resize(size);
      return pty;
    } catch (PosixException failed) {
      master.close();
      throw failed;
    }
  }

  /** The slave's path. Never opened by us: it could become our own controlling terminal. */
  String terminal() {
    return terminal;
  }

  void resize(WindowSize size) throws PosixException {
    master.windowSize(size);
  }

  /** Starts reading. The terminal is from then on closed by the returned reader only. */
  StreamReader read(String name, OutputSink sink) throws PosixException {
    StreamReader started = new StreamReader(name, master, OutputStreamKind.OUTPUT, sink, this);
    synchronized (inputLock) {
      reader = started;
    }
    started.start();
    return started;
  }

  /** Gives up a terminal that was never read. */
  void discard() {
    master.close();
  }

  /**
   * Passes bytes to the program as if typed.
   *
   * @return false when too much is waiting already: nothing was taken, offer the same bytes again
   */
  boolean offer(ByteBuffer bytes) throws PosixException {
    StreamReader toWake = null;
    synchronized (inputLock) {
      flush();
      if (pendingBytes > 0 && pendingBytes + bytes.remaining() > INPUT_BYTES_MAX) {
        return false;
      }
      ByteBuffer rest = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
      if (pending.isEmpty()) {
        master.write(rest);
      }
      if (rest.hasRemaining()) {
        pending.add(rest);
        pendingBytes += rest.remaining();
        toWake = reader;
      }
    }
    if (toWake != null) {
      toWake.wake();
    }
    return true;
  }

  @Override
  public boolean isPending() {
    synchronized (inputLock) {
      return !pending.isEmpty();
    }
  }

  @Override
  public void flush() throws PosixException {
    synchronized (inputLock) {
      while (!pending.isEmpty()) {
        ByteBuffer head = pending.getFirst();
        int before = head.remaining();
        master.write(head);
        pendingBytes -= before - head.remaining();
        if (head.hasRemaining()) {
          return;
        }
        pending.removeFirst();
      }
    }
  }
}
