package dev.postern.wire.handshake;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * The agent's first message on its control channel, sent as text (spec/agent-service.md 3.3).
 *
 * @param tokenValue the credential: never logged, compared in constant time
 * @param platformType {@code linux}, {@code windows} or {@code macos}
 */
public record OpenControlChannel(
    String messageSchemaVersion,
    String requestId,
    String tokenValue,
    String agentVersion,
    String platformType)
    implements JsonText {

  public static final String SCHEMA_VERSION = "1.0";

  public static OpenControlChannel parse(ByteBuffer text) throws MalformedMessageException {
    JsonObject json = Json.readObject(text);
    String tokenValue = json.string("TokenValue");
    if (tokenValue.isEmpty()) {
      throw new MalformedMessageException("OpenControlChannel without TokenValue");
    }
    return new OpenControlChannel(
        json.string("MessageSchemaVersion"),
        json.string("RequestId"),
        tokenValue,
        json.string("AgentVersion"),
        json.string("PlatformType"));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("Cookie", null)
        .put("MessageSchemaVersion", messageSchemaVersion)
        .put("RequestId", requestId)
        .put("TokenValue", tokenValue)
        .put("AgentVersion", agentVersion)
        .put("PlatformType", platformType)
        .toJson();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "OpenControlChannel[requestId=%s, agentVersion=%s, platformType=%s]"
        .formatted(requestId, agentVersion, platformType);
  }
}
