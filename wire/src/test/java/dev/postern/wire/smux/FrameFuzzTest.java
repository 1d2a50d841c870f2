package dev.postern.wire.smux;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

class FrameFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void decode(byte[] bytes) {
    FrameDecoder decoder =
        new FrameDecoder(bytes.length % 2 == 0 ? SmuxRules.OWN : SmuxRules.OFFICIAL);
    int data = 0;
    try {
      decoder.feed(ByteBuffer.wrap(bytes));
      for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
        if (frame instanceof Frame.Push(int _, ByteBuffer part)) {
          require(part.hasRemaining());
          data += part.remaining();
        }
      }
    } catch (MalformedMessageException expected) {
      require(expected.getMessage() != null);
    }
    require(data <= bytes.length);
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("an invariant does not hold");
    }
  }
}
