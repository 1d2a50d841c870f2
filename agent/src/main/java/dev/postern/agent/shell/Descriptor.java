package dev.postern.agent.shell;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A non-blocking file descriptor of ours. Any thread; calls are short and serialised, so none meets
 * a number that was closed and given out again. The exception is poll, which waits outside: only
 * the thread that polls closes what it polls.
 */
final class Descriptor implements AutoCloseable {
  /** Answer of read: nothing will come any more. */
  static final int END = -1;

  private int fd;

  Descriptor(int fd) {
    this.fd = fd;
  }

  /** The number for poll and for {@code /proc/PID/fd}; -1 after close. */
  synchronized int number() {
    return fd;
  }

  /** Count read into the start of the buffer, 0 when nothing is there now, or END. */
  synchronized int read(MemorySegment buffer) throws PosixException {
    while (fd >= 0) {
      Libc.Outcome outcome = Libc.read(fd, buffer);
      if (outcome.value() > 0) {
        return (int) outcome.value();
      }
      if (outcome.value() == 0 || outcome.errno() == Libc.EIO) {
        // A terminal without any process left answers EIO where a pipe answers 0.
        return END;
      }
      if (outcome.errno() == Libc.EAGAIN) {
        return 0;
      }
      if (outcome.errno() != Libc.EINTR) {
        throw new PosixException("read", outcome.errno());
      }
    }
    return END;
  }

  /** Writes what fits now and advances the buffer by it; all of it when the other side is gone. */
  synchronized void write(ByteBuffer bytes) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(Math.max(1, bytes.remaining()));
      MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, segment, 0, bytes.remaining());
      long offset = 0;
      long end = bytes.remaining();
      while (fd >= 0 && offset < end) {
        Libc.Outcome outcome = Libc.write(fd, segment.asSlice(offset, end - offset));
        if (outcome.value() >= 0) {
          offset += outcome.value();
        } else if (outcome.errno() == Libc.EAGAIN) {
          break;
        } else if (outcome.errno() == Libc.EIO) {
          offset = end;
        } else if (outcome.errno() != Libc.EINTR) {
          throw new PosixException("write", outcome.errno());
        }
      }
      bytes.position(bytes.position() + (int) (fd < 0 ? end : offset));
    }
  }

  synchronized void windowSize(WindowSize size) throws PosixException {
    if (fd >= 0) {
      Libc.windowSize(fd, size);
    }
  }

  @Override
  public synchronized void close() {
    if (fd >= 0) {
      Libc.close(fd);
      fd = -1;
    }
  }
}
