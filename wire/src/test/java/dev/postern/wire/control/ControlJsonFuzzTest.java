package dev.postern.wire.control;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.wire.handshake.EncryptionChallenge;
import dev.postern.wire.handshake.HandshakeComplete;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.OpenControlChannel;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.List;

/** Whatever a peer sends as JSON is read or refused, and what was read can be read again. */
class ControlJsonFuzzTest {
  private interface Parser {
    Object parse(ByteBuffer payload) throws MalformedMessageException;
  }

  private static final List<Parser> PARSERS =
      List.of(
          OpenDataChannel::parse,
          OpenControlChannel::parse,
          HandshakeRequest::parse,
          HandshakeResponse::parse,
          HandshakeComplete::parse,
          EncryptionChallenge::parse,
          Acknowledge::parse,
          AgentSessionState::parse,
          AgentTask::parse,
          AgentTaskComplete::parse,
          AgentTaskAcknowledge::parse,
          ChannelClosed::parse,
          TerminalSize::parse,
          payload -> SessionInputs.parse(Json.readObject(payload)),
          payload -> CommandProperties.parse(Json.readObject(payload), "linux"),
          payload -> PortProperties.parse(Json.readObject(payload)),
          payload -> DocumentContent.parse(Json.readObject(payload)));

  @FuzzTest(maxDuration = "20s")
  void parse(byte[] bytes) {
    for (Parser parser : PARSERS) {
      try {
        require(parser.parse(ByteBuffer.wrap(bytes)).toString() != null);
      } catch (MalformedMessageException expected) {
        require(expected.getCause() == null);
      }
    }
    try {
      JsonObject object = Json.readObject(ByteBuffer.wrap(bytes));
      String text = object.toJson();
      require(Json.readObject(text).toJson().equals(text));
    } catch (MalformedMessageException expected) {
      require(expected.getCause() == null);
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("an invariant does not hold");
    }
  }
}
