package dev.postern.wire.message;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class AgentMessageFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void decode(byte[] bytes) {
    for (Side side : Side.values()) {
      try {
        EncodedMessage relayed = EncodedMessage.forRelay(ByteBuffer.wrap(bytes), side);
        require(relayed.bytes().equals(ByteBuffer.wrap(bytes)));
        require(relayed.payload().remaining() == relayed.payloadLength());
        require(relayed.toString().length() < 100);
      } catch (MalformedMessageException expected) {
        require(expected.getMessage() != null);
      }
    }
    try {
      AgentMessage message = AgentMessage.decode(ByteBuffer.wrap(bytes));
      require(AgentMessage.decode(message.encode()).equals(message));
    } catch (MalformedMessageException expected) {
      require(expected.getMessage() != null);
    }
    try {
      AgentMessage message = AgentMessage.decodeAsClient(ByteBuffer.wrap(bytes));
      require(message.encode().remaining() >= EncodedMessage.OVERHEAD);
      SessionFlag.parse(message.payload());
      ExitCode.parse(message.payload());
    } catch (MalformedMessageException expected) {
      require(expected.getMessage() != null);
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("an invariant does not hold");
    }
  }
}
