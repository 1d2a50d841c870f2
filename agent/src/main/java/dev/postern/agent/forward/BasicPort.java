package dev.postern.agent.forward;

import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.SessionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection at a time (spec/data-channel.md 7.2, 7.3): for a client's standard streams, which
 * end with it, or for a client without mux, where the next input opens the next one. Each
 * connection is read by a virtual thread of its own, which ends with it.
 */
public final class BasicPort implements PortSession {
  private static final String REFUSED = "Unable to connect to specified port: ";

  private final Destination destination;
  private final Line line;
  private final boolean redials;

  /** Guards the two below; not held during input or output. */
  private final Object lock = new Object();

  private @Nullable SocketChannel connection;
  private boolean closed;

  private BasicPort(Destination destination, Line line, boolean redials) {
    this.destination = destination;
    this.line = line;
    this.redials = redials;
  }

  /**
   * Connects, and begins to read.
   *
   * @param redials whether the session outlives its connections
   * @throws IOException when the destination cannot be reached, with a text for the user
   */
  public static BasicPort open(Destination destination, Line line, boolean redials)
      throws IOException {
    BasicPort port = new BasicPort(destination, line, redials);
    var _ = port.connect();
    return port;
  }

  private SocketChannel connect() throws IOException {
    SocketChannel fresh;
    try {
      fresh = destination.connect();
    } catch (IOException failed) {
      throw new IOException(REFUSED + failed.getMessage(), failed);
    }
    synchronized (lock) {
      if (closed) {
        fresh.close();
        throw new IOException("the session has ended");
      }
      connection = fresh;
    }
    Thread.ofPlatform().daemon().name("port-reader").start(() -> read(fresh));
    return fresh;
  }

  private void read(SocketChannel from) {
    PayloadBuffer buffer = new PayloadBuffer(DataChannel.PAYLOAD_BYTES_BULK);
    try {
      while (from.read(buffer.space()) >= 0) {
        line.send(buffer.take());
      }
    } catch (IOException gone) {
      // A reset by the destination ends the connection like any other end.
    }
    boolean last = drop(from) && !redials;
    if (last) {
      line.onEnd();
    }
  }

  /** False when another connection, or the end of the session, has taken its place. */
  private boolean drop(SocketChannel ended) {
    close(ended);
    synchronized (lock) {
      boolean current = ended.equals(connection) && !closed;
      if (current) {
        connection = null;
      }
      return current;
    }
  }

  @Override
  public void input(ByteBuffer bytes) {
    SocketChannel to;
    synchronized (lock) {
      if (closed) {
        return;
      }
      to = connection;
    }
    try {
      if (to == null) {
        if (!redials) {
          return;
        }
        to = connect();
      }
    } catch (IOException failed) {
      line.onFailure(String.valueOf(failed.getMessage()));
      return;
    }
    try {
      while (bytes.hasRemaining()) {
        var _ = to.write(bytes);
      }
    } catch (IOException gone) {
      // The reader sees the same, and says what follows from it.
    }
  }

  @Override
  public void onFlag(SessionFlag flag) {
    SocketChannel current;
    synchronized (lock) {
      current = connection;
    }
    if (current == null) {
      return;
    }
    switch (flag) {
      case DISCONNECT_TO_PORT -> {
        if (redials) {
          drop(current);
        }
      }
      case FINISH_INPUT -> {
        try {
          current.shutdownOutput();
        } catch (IOException gone) {
          // The reader sees the same.
        }
      }
      case TERMINATE_SESSION, CONNECT_TO_PORT_ERROR -> {}
    }
  }

  @Override
  public void close() {
    SocketChannel current;
    synchronized (lock) {
      closed = true;
      current = connection;
    }
    if (current != null) {
      close(current);
    }
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException closedAnyway) {
      // It is not used any more.
    }
  }
}
