package dev.postern.wire.handshake;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Agent to client, before any other output that follows a handshake (spec/data-channel.md 4.6).
 *
 * @param customerMessage printed by the client when not empty
 */
public record HandshakeComplete(Duration handshakeTimeToComplete, String customerMessage)
    implements JsonText {

  /** The text of an encrypted session. */
  public static final String ENCRYPTED_MESSAGE = "This session is encrypted using AWS KMS.";

  public static HandshakeComplete parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new HandshakeComplete(
        Duration.ofNanos(json.integer("HandshakeTimeToComplete")), json.string("CustomerMessage"));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("HandshakeTimeToComplete", handshakeTimeToComplete.toNanos())
        .put("CustomerMessage", customerMessage)
        .toJson();
  }
}
