package dev.postern.client.forward;

import dev.postern.transport.SmuxSession;
import dev.postern.transport.SmuxStream;
import dev.postern.transport.Splice;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.SessionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Many local connections at once, each a stream. A virtual thread accepts, and each connection has
 * another; all end with {@link #close}.
 */
final class MuxListener implements ClientPort {
  /** Too many open files pass; who cannot accept for so long has another trouble. */
  private static final int ACCEPT_FAILURES_MAX = 100;

  private static final int ACCEPT_RETRY_MS = 100;

  private final String sessionId;
  private final LocalListener listener;
  private final Line line;
  private final SmuxSession session;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  private MuxListener(Agreement agreement, LocalListener listener, Line line) {
    this.sessionId = agreement.sessionId();
    this.listener = listener;
    this.line = line;
    this.session = SmuxSession.client(line, agreement.rules());
    if (!agreement.agent().disablesSmuxKeepAlive()) {
      session.keepAlive(SmuxSession.KEEPALIVE_INTERVAL);
    }
  }

  static MuxListener open(Agreement agreement, LocalListener listener, Line line) {
    MuxListener port = new MuxListener(agreement, listener, line);
    line.say(
        listener.place()
            + " opened for sessionId "
            + agreement.sessionId()
            + ".\nWaiting for connections...\n");
    Thread.ofVirtual().name("port-accept").start(port::acceptAll);
    return port;
  }

  private void acceptAll() {
    int failures = 0;
    boolean told = false;
    while (closed.getCount() > 0) {
      try {
        SocketChannel connection = listener.accept();
        failures = 0;
        if (!told) {
          told = true;
          line.say("\nConnection accepted for session [" + sessionId + "]\n");
        }
        Thread.ofVirtual().name("port-connection").start(() -> serve(connection));
      } catch (IOException failed) {
        if (!listener.isOpen()) {
          return;
        }
        if (++failures > ACCEPT_FAILURES_MAX || isClosedSoon()) {
          line.onFailure("cannot accept connections: " + failed.getMessage());
          return;
        }
      }
    }
  }

  private boolean isClosedSoon() {
    try {
      return closed.await(ACCEPT_RETRY_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void serve(SocketChannel connection) {
    connections.add(connection);
    try (connection) {
      SmuxStream stream = session.open();
      Splice.run(connection, stream);
    } catch (IOException refused) {
      if (closed.getCount() > 0) {
        line.say("\nA connection was refused: " + refused.getMessage() + "\n");
      }
    } finally {
      connections.remove(connection);
    }
  }

  @Override
  public boolean input(ByteBuffer bytes) throws MalformedMessageException, InterruptedException {
    session.receive(bytes);
    return true;
  }

  @Override
  public void onFlag(SessionFlag flag) {
    if (flag == SessionFlag.CONNECT_TO_PORT_ERROR) {
      line.say("\nConnection to destination port failed, check SSM Agent logs.\n");
    }
  }

  @Override
  public void close() {
    closed.countDown();
    listener.close();
    session.close();
    for (SocketChannel connection : connections) {
      try {
        connection.close();
      } catch (IOException closedAnyway) {
        // It is not used any more.
      }
    }
  }
}
