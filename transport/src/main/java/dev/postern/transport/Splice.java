package dev.postern.transport;

import dev.postern.wire.message.PayloadBuffer;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Joins a connection and a stream until both directions have ended: one thread each, the caller's
 * and a virtual one that ends with {@link #run}.
 */
public final class Splice {
  /**
   * How long a connection may still say something when the peer has closed for good, as the
   * official programs do. Closing with bytes unread would reset it, and lose what was written last.
   */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final SocketChannel connection;
  private final SmuxStream stream;

  private Splice(SocketChannel connection, SmuxStream stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /** Runs to the end of both, and closes both. */
  public static void run(SocketChannel connection, SmuxStream stream) {
    new Splice(connection, stream).run();
  }

  private void run() {
    Thread up = Thread.ofVirtual().name("splice-up").start(this::pumpUp);
    try {
      pumpDown();
      if (stream.isHalfClose()) {
        up.join();
      } else {
        boolean _ = up.join(LINGER);
      }
      connection.close();
      up.join();
    } catch (IOException gone) {
      abort();
    } catch (InterruptedException end) {
      abort();
      Thread.currentThread().interrupt();
    }
  }

  private void pumpDown() throws IOException, InterruptedException {
    for (@Nullable ByteBuffer bytes = stream.read(); bytes != null; bytes = stream.read()) {
      while (bytes.hasRemaining()) {
        var _ = connection.write(bytes);
      }
    }
    connection.shutdownOutput();
  }

  private void pumpUp() {
    try {
      PayloadBuffer data = SmuxStream.newFrame();
      while (connection.read(data.space()) >= 0) {
        stream.send(data);
      }
      stream.finish();
    } catch (IOException gone) {
      abort();
    } catch (InterruptedException end) {
      abort();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Neither direction goes on, and both ends are told so instead of seeing a regular end. Where the
   * whole session has ended the connection ends regularly: what was written to it last arrives.
   */
  private void abort() {
    boolean regularly = stream.isSessionEnded();
    stream.reset();
    try (connection) {
      if (!regularly && connection.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
        connection.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException closed) {
      // That is what was wanted.
    }
  }
}
