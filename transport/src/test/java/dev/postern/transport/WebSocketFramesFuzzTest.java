package dev.postern.transport;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Whatever a server sends as frames is a message or an error, and takes bounded memory. */
final class WebSocketFramesFuzzTest {
  private static final int MESSAGE_BYTES_MAX = 4096;

  @FuzzTest(maxDuration = "20s")
  void bytesAreMessagesOrAnError(byte[] bytes) {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes), MESSAGE_BYTES_MAX);
    try {
      while (true) {
        if (reader.next() instanceof Incoming.Message(ByteBuffer payload)
            && payload.capacity() > MESSAGE_BYTES_MAX) {
          throw new AssertionError("held " + payload.capacity() + " bytes");
        }
      }
    } catch (IOException e) {
      // Bytes always end.
    }
  }
}
