package dev.postern.transport;

import dev.postern.wire.MessageChannel;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A relay in memory between the two ends of a data channel: it forwards what comes to the peer's
 * latest connection, after a filter has decided its fate. What finds no peer is lost. A connection
 * takes a bounded number of messages, so a peer that does not read holds up the sender.
 */
final class DataChannelLink {
  /** What becomes of one message. */
  enum Fate {
    PASS,
    LOSE,
    /** Comes after the next one. */
    SWAP,
    TWICE,
    /** Lost together with its sender's connection. */
    CUT
  }

  private static final int QUEUE_MAX = 64;

  private final Map<Side, Connection> current = new EnumMap<>(Side.class);
  private volatile Function<ByteBuffer, Fate> filter = message -> Fate.PASS;
  private volatile boolean refuses;

  void filter(Function<ByteBuffer, Fate> newFilter) {
    filter = newFilter;
  }

  /** From now on no connection can be dialled, or it can again. */
  void refuse(boolean newRefuses) {
    refuses = newRefuses;
  }

  DataChannel.Dialer dialer(Side side) {
    return () -> {
      if (refuses) {
        throw new IOException("refused");
      }
      Connection fresh = new Connection(side);
      Connection old;
      synchronized (current) {
        old = current.put(side, fresh);
      }
      if (old != null) {
        old.close();
      }
      return fresh;
    };
  }

  /** Cuts a side's connection if it has one. */
  void cut(Side side) {
    Connection connection = connection(side);
    if (connection != null) {
      connection.close();
    }
  }

  @Nullable Connection connection(Side side) {
    synchronized (current) {
      return current.get(side);
    }
  }

  /** Brings a message to a side as if the service had sent it. */
  void inject(Side receiver, ByteBuffer message) throws IOException {
    Connection connection = connection(receiver);
    if (connection != null) {
      connection.put(message);
    }
  }

  final class Connection implements MessageChannel {
    private final Side side;
    private final LinkedBlockingQueue<ByteBuffer> inbound = new LinkedBlockingQueue<>(QUEUE_MAX);
    private volatile boolean closed;
    private @Nullable ByteBuffer held;

    Connection(Side side) {
      this.side = side;
    }

    @Override
    public void sendText(String text) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAnswering(Duration within) {
      return true;
    }

    @Override
    public synchronized void send(ByteBuffer... parts) throws IOException {
      if (closed) {
        throw new IOException("cut");
      }
      ByteBuffer message = ByteBuffer.allocate(parts[0].remaining()).put(parts[0].duplicate());
      message.flip();
      switch (filter.apply(message.duplicate())) {
        case LOSE -> {}
        case CUT -> {
          close();
          throw new IOException("cut");
        }
        case SWAP -> {
          ByteBuffer before = held;
          held = message;
          if (before != null) {
            forward(before);
          }
        }
        case TWICE -> {
          forward(message);
          forward(message.duplicate());
        }
        case PASS -> {
          forward(message);
          if (held != null) {
            forward(held);
            held = null;
          }
        }
      }
    }

    private void forward(ByteBuffer message) throws IOException {
      Connection peer = connection(side.peer());
      if (peer != null) {
        peer.put(message);
      }
    }

    /** Waits for room; a closed connection takes nothing. */
    void put(ByteBuffer message) throws IOException {
      try {
        while (!closed && !inbound.offer(message, 10, TimeUnit.MILLISECONDS)) {}
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
      try {
        while (true) {
          ByteBuffer message = inbound.poll(10, TimeUnit.MILLISECONDS);
          if (message != null) {
            return message;
          }
          if (closed) {
            throw new IOException("cut");
          }
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
