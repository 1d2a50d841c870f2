package dev.postern.agent.forward;

import dev.postern.transport.SmuxSession;
import dev.postern.transport.SmuxStream;
import dev.postern.transport.Splice;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.SessionFlag;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Many connections at once (spec/data-channel.md 7.4 to 7.6). Each stream has a virtual thread that
 * connects and then carries its bytes, so that a slow destination delays nobody's connecting.
 */
public final class MuxPort implements PortSession {
  private static final Logger LOG = System.getLogger(MuxPort.class.getName());

  private final Destination destination;
  private final Line line;
  private final SmuxSession session;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final Semaphore serving = new Semaphore(SmuxSession.STREAMS_MAX);
  private volatile boolean closed;

  /**
   * A session without connections.
   *
   * @param rules what both ends agreed on
   * @param keepAlive whether the client is so old that it wants signs of life
   */
  public MuxPort(Destination destination, Line line, SmuxRules rules, boolean keepAlive) {
    this.destination = destination;
    this.line = line;
    this.session = SmuxSession.server(line, rules, this::onOpened);
    if (keepAlive) {
      session.keepAlive(SmuxSession.KEEPALIVE_INTERVAL);
    }
  }

  private void onOpened(SmuxStream stream) {
    if (!serving.tryAcquire()) {
      // Those that were reset count as long as their connecting does.
      LOG.log(Level.INFO, "connection refused: too many are served");
      stream.reset();
      return;
    }
    Thread.ofVirtual()
        .name("port-stream")
        .start(() -> {
          try {
            serve(stream);
          } finally {
            serving.release();
          }
        });
  }

  private void serve(SmuxStream stream) {
    SocketChannel connection;
    try {
      connection = destination.connect();
    } catch (IOException failed) {
      LOG.log(Level.INFO, "connection failed: {0}", failed.getMessage());
      refuse(stream);
      return;
    }
    connections.add(connection);
    // A close that came while it was being opened did not see it.
    if (closed) {
      close(connection);
    }
    Splice.run(connection, stream);
    connections.remove(connection);
  }

  private void refuse(SmuxStream stream) {
    try {
      line.flag(SessionFlag.CONNECT_TO_PORT_ERROR);
    } catch (IOException ended) {
      // Then nobody waits for it.
    }
    stream.reset();
  }

  @Override
  public void input(ByteBuffer bytes) throws MalformedMessageException, InterruptedException {
    session.receive(bytes);
  }

  @Override
  public void onFlag(SessionFlag flag) {
    // None concerns single streams.
  }

  @Override
  public void close() {
    closed = true;
    session.close();
    connections.forEach(MuxPort::close);
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException closedAnyway) {
      // It is not used any more.
    }
  }
}
