package dev.postern.agent.shell;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.postern.wire.message.PayloadBuffer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads one output stream of a program on a platform thread of its own: poll blocks in native code
 * and would hold the carrier of a virtual one. The thread owns the descriptor and closes it when it
 * ends; others wake it through an event descriptor, because closing a descriptor does not wake who
 * polls it.
 */
final class StreamReader {
  private static final Logger LOG = System.getLogger(StreamReader.class.getName());

  /** One message carries at most this much; also what a busy program gets per round. */
  private static final int READ_BYTES_MAX = 32 * 1024;

  private static final int POLLFD_BYTES = 8;
  private static final short POLLIN = 1;
  private static final short POLLOUT = 4;

  /** What is written to the same descriptor, when it is a terminal. */
  interface Input {
    boolean isPending();

    void flush() throws PosixException;
  }

  private enum Phase {
    RUNNING,
    FINISHING,
    STOPPED
  }

  private final Descriptor source;
  private final Descriptor wake;
  private final OutputStreamKind kind;
  private final OutputSink sink;
  private final @Nullable Input input;
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Phase phase = Phase.RUNNING;
  private volatile long lastReadNanos = System.nanoTime();
  private volatile boolean delivering;

  StreamReader(
      String name, Descriptor source, OutputStreamKind kind, OutputSink sink, @Nullable Input input)
      throws PosixException {
    this.source = source;
    this.wake = new Descriptor(Libc.eventDescriptor());
    this.kind = kind;
    this.sink = sink;
    this.input = input;
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Makes the thread look again at whether input is pending. */
  void wake() {
    ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, 1);
    try {
      wake.write(one);
    } catch (PosixException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The program has ended: reads what is there, then ends. */
  void finish() {
    if (phase == Phase.RUNNING) {
      phase = Phase.FINISHING;
    }
    wake();
  }

  /** Ends now; what is there is lost. */
  void stop() {
    phase = Phase.STOPPED;
    wake();
  }

  /** Waits until nothing more will be handed to the sink. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** As awaitEnd, but gives up after a time in which nothing was read. */
  boolean awaitEnd(Duration quiet) throws InterruptedException {
    while (true) {
      long quietNanos = delivering ? 0 : System.nanoTime() - lastReadNanos;
      if (ended.await(Math.max(0, quiet.toNanos() - quietNanos), TimeUnit.NANOSECONDS)) {
        return true;
      }
      if (!delivering && System.nanoTime() - lastReadNanos >= quiet.toNanos()) {
        return false;
      }
    }
  }

  /** The quiet time of awaitEnd starts anew. */
  void restartQuiet() {
    lastReadNanos = System.nanoTime();
  }

  private void run() {
    try (source;
        wake;
        Arena arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate(2L * POLLFD_BYTES, JAVA_INT.byteAlignment());
      MemorySegment buffer = arena.allocate(READ_BYTES_MAX);
      try {
        readToEnd(entries, buffer);
      } finally {
        ended.countDown();
      }
      // The terminal stays open until the owner says so: closing it hangs up on its processes.
      while (phase == Phase.RUNNING) {
        poll(entries, false);
      }
    } catch (InterruptedException interrupted) {
      LOG.log(Level.DEBUG, "reader interrupted");
    } catch (IOException lost) {
      LOG.log(Level.DEBUG, "output is not taken any more: {0}", lost.getMessage());
    }
  }

  private void readToEnd(MemorySegment entries, MemorySegment buffer)
      throws IOException, InterruptedException {
    while (true) {
      poll(entries, true);
      // Looked at before reading: what the program wrote until it ended is there by then.
      Phase seen = phase;
      if (seen == Phase.STOPPED) {
        return;
      }
      if (input != null && input.isPending()) {
        input.flush();
      }
      boolean atEnd = false;
      int count = 0;
      while (count < READ_BYTES_MAX) {
        int n = source.read(buffer.asSlice(count));
        if (n <= 0) {
          atEnd = n == Descriptor.END;
          break;
        }
        count += n;
      }
      if (count > 0) {
        // A receiver that is behind is not a program that is quiet.
        delivering = true;
        sink.accept(kind, PayloadBuffer.copyOf(buffer.asSlice(0, count).asByteBuffer()));
        lastReadNanos = System.nanoTime();
        delivering = false;
      }
      if (atEnd || (seen == Phase.FINISHING && count == 0)) {
        return;
      }
    }
  }

  private void poll(MemorySegment entries, boolean withSource) throws PosixException {
    boolean write = input != null && input.isPending();
    entries.set(JAVA_INT, 0, wake.number());
    entries.set(JAVA_SHORT, 4, POLLIN);
    entries.set(JAVA_INT, POLLFD_BYTES, source.number());
    entries.set(JAVA_SHORT, POLLFD_BYTES + 4, write ? (short) (POLLIN | POLLOUT) : POLLIN);
    Libc.poll(entries, withSource ? 2 : 1);
    if (entries.get(JAVA_SHORT, 6) != 0 && phase == Phase.RUNNING) {
      try (Arena arena = Arena.ofConfined()) {
        wake.read(arena.allocate(Long.BYTES));
      }
    }
  }
}
