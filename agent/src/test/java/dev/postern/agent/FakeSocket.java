package dev.postern.agent;

import dev.postern.wire.MessageChannel;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The server's end of a WebSocket, just enough of RFC 6455 for tests. */
public final class FakeSocket implements MessageChannel {
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  /** Reaches zero with the node's first ping. */
  public final CountDownLatch pings = new CountDownLatch(1);

  private final Socket socket;
  private final DataInputStream input;
  private final OutputStream output;

  FakeSocket(Socket socket, DataInputStream input) throws IOException {
    this.socket = socket;
    this.input = input;
    this.output = socket.getOutputStream();
    // Frames leave in two writes, the second of which would wait for the node's acknowledgement.
    socket.setTcpNoDelay(true);
  }

  @Override
  public void sendText(String text) throws IOException {
    write(TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean isAnswering(Duration within) {
    return true;
  }

  @Override
  public void send(ByteBuffer... parts) throws IOException {
    int length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    ByteBuffer whole = ByteBuffer.allocate(length);
    for (ByteBuffer part : parts) {
      whole.put(part.duplicate());
    }
    write(BINARY, whole.array());
  }

  private synchronized void write(int opcode, byte[] payload) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(10);
    header.put((byte) (0x80 | opcode));
    if (payload.length < 126) {
      header.put((byte) payload.length);
    } else if (payload.length < 65_536) {
      header.put((byte) 126).putShort((short) payload.length);
    } else {
      header.put((byte) 127).putLong(payload.length);
    }
    output.write(header.array(), 0, header.position());
    output.write(payload);
    output.flush();
  }

  @Override
  public @Nullable ByteBuffer receive() throws IOException {
    ByteBuffer message = ByteBuffer.allocate(0);
    while (true) {
      int first;
      try {
        first = input.readUnsignedByte();
      } catch (EOFException dropped) {
        return null;
      }
      byte[] payload = payload();
      switch (first & 0xf) {
        case CLOSE -> {
          return null;
        }
        case PING -> {
          pings.countDown();
          write(PONG, payload);
        }
        case PONG -> {}
        default -> {
          message =
              ByteBuffer.allocate(message.remaining() + payload.length)
                  .put(message)
                  .put(payload)
                  .flip();
          if ((first & 0x80) != 0) {
            return message;
          }
        }
      }
    }
  }

  private byte[] payload() throws IOException {
    int second = input.readUnsignedByte();
    if ((second & 0x80) == 0) {
      throw new IOException("a client must mask its frames");
    }
    long length =
        switch (second & 0x7f) {
          case 126 -> input.readUnsignedShort();
          case 127 -> input.readLong();
          default -> second & 0x7f;
        };
    byte[] mask = input.readNBytes(4);
    byte[] payload = input.readNBytes(Math.toIntExact(length));
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException ignored) {
      // Closing is all that was wanted.
    }
  }
}
