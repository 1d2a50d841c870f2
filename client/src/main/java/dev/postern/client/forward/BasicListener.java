package dev.postern.client.forward;

import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.SessionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One local connection after the other, for agents that know no mux (spec/data-channel.md 7.2). One
 * virtual thread accepts and reads; it ends with {@link #close}.
 */
final class BasicListener implements ClientPort {
  private final String sessionId;
  private final LocalListener listener;
  private final Line line;

  /** Guards the three below; not held during input or output. */
  private final Object lock = new Object();

  private @Nullable SocketChannel connection;
  private boolean connectedOnce;
  private boolean closed;

  private BasicListener(Agreement agreement, LocalListener listener, Line line) {
    this.sessionId = agreement.sessionId();
    this.listener = listener;
    this.line = line;
  }

  static BasicListener open(Agreement agreement, LocalListener listener, Line line) {
    BasicListener port = new BasicListener(agreement, listener, line);
    line.say(listener.place() + " opened for sessionId " + agreement.sessionId() + ".\n");
    Thread.ofVirtual().name("port-accept").start(port::serveAll);
    return port;
  }

  private void serveAll() {
    try {
      while (listener.isOpen()) {
        serve(listener.accept());
      }
    } catch (IOException failed) {
      synchronized (lock) {
        if (closed) {
          return;
        }
      }
      line.onFailure("cannot accept connections: " + failed.getMessage());
    }
  }

  /** Fails only when the agent can no longer be told anything. */
  private void serve(SocketChannel fresh) throws IOException {
    synchronized (lock) {
      if (closed) {
        fresh.close();
        return;
      }
      connection = fresh;
      connectedOnce = true;
    }
    line.say("Connection accepted for session " + sessionId + ".\n");
    line.onReady();
    try (fresh) {
      readAll(fresh);
    } finally {
      synchronized (lock) {
        connection = null;
      }
    }
    line.flag(SessionFlag.DISCONNECT_TO_PORT);
  }

  private void readAll(SocketChannel from) throws IOException {
    PayloadBuffer buffer = new PayloadBuffer(DataChannel.PAYLOAD_BYTES_BULK);
    while (isRead(from, buffer)) {
      line.send(buffer.take());
    }
  }

  /** A reset connection has ended like any other. */
  private static boolean isRead(SocketChannel from, PayloadBuffer buffer) {
    try {
      return from.read(buffer.space()) >= 0;
    } catch (IOException gone) {
      return false;
    }
  }

  /** What comes between two connections belongs to the one before. */
  @Override
  public boolean input(ByteBuffer bytes) {
    SocketChannel to;
    synchronized (lock) {
      if (!connectedOnce) {
        return false;
      }
      to = connection;
    }
    try {
      while (to != null && bytes.hasRemaining()) {
        var _ = to.write(bytes);
      }
    } catch (IOException gone) {
      // The thread that reads from it sees the same, and tells the agent.
    }
    return true;
  }

  @Override
  public void onFlag(SessionFlag flag) {
    // The agent of a basic session has none to send.
  }

  @Override
  public void close() {
    SocketChannel current;
    synchronized (lock) {
      closed = true;
      current = connection;
    }
    listener.close();
    try {
      if (current != null) {
        current.close();
      }
    } catch (IOException closedAnyway) {
      // It is not used any more.
    }
  }
}
