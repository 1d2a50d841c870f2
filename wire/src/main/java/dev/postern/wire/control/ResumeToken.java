package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * Service to a client that named {@link dev.postern.wire.handshake.Extension#RESUME_TOKEN} in
 * OpenDataChannel: what opens the client's next connection to this session, without a call that
 * must be signed (docs/protocol/extensions.md).
 *
 * @param tokenValue the credential: never logged
 */
public record ResumeToken(String tokenValue) implements JsonText {
  public static ResumeToken parse(ByteBuffer payload) throws MalformedMessageException {
    String tokenValue = Json.readObject(payload).string("TokenValue");
    if (tokenValue.isEmpty()) {
      throw new MalformedMessageException("resume token without TokenValue");
    }
    return new ResumeToken(tokenValue);
  }

  @Override
  public String toJson() {
    return JsonObject.builder().put("TokenValue", tokenValue).toJson();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "ResumeToken[]";
  }
}
