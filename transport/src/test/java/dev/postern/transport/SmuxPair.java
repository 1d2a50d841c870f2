package dev.postern.transport;

import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.smux.Frame;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Both ends of a mux session, with bounded lines between them. */
final class SmuxPair implements AutoCloseable {
  private static final int LINE_MESSAGES_MAX = 16;

  final BlockingQueue<SmuxStream> accepted = new LinkedBlockingQueue<>();
  final SmuxSession client;
  final SmuxSession server;
  private final Line toServer = new Line();
  private final Line toClient = new Line();

  SmuxPair(SmuxRules rules) {
    client = SmuxSession.client(toServer, rules);
    server = SmuxSession.server(toClient, rules, accepted::add);
    toServer.deliverTo(server);
    toClient.deliverTo(client);
  }

  @Override
  public void close() {
    client.close();
    server.close();
    toServer.delivery.interrupt();
    toClient.delivery.interrupt();
  }

  private static final class Line implements SmuxSession.Carrier {
    private final BlockingQueue<ByteBuffer> messages = new LinkedBlockingQueue<>(LINE_MESSAGES_MAX);
    private volatile Thread delivery = Thread.currentThread();

    void deliverTo(SmuxSession session) {
      delivery =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    session.receive(messages.take());
                  }
                } catch (InterruptedException end) {
                  // closed
                } catch (MalformedMessageException wrong) {
                  throw new AssertionError(wrong);
                }
              });
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
      ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
      try {
        messages.put(copy);
      } catch (InterruptedException closed) {
        throw new InterruptedIOException("closed");
      }
    }
  }

  /** The bytes of one frame. */
  static ByteBuffer bytes(Frame frame) {
    return Frame.encode(frame);
  }
}
