package dev.postern.wire.handshake;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * EncChallengeRequest and EncChallengeResponse, which look alike (spec/data-channel.md 4.7).
 *
 * @param challenge nonce, ciphertext and tag
 */
public record EncryptionChallenge(ByteBuffer challenge) implements JsonText {

  public static EncryptionChallenge parse(ByteBuffer payload) throws MalformedMessageException {
    ByteBuffer challenge = Json.readObject(payload).bytes("Challenge");
    return new EncryptionChallenge(challenge == null ? ByteBuffer.allocate(0) : challenge);
  }

  @Override
  public String toJson() {
    return JsonObject.builder().putBytes("Challenge", challenge).toJson();
  }
}
