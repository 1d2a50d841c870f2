package dev.postern.wire.handshake;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The first message of either end on a data channel, sent as text (spec/data-channel.md 2.3). Only
 * the token is required of a peer; everything else may be empty.
 *
 * @param tokenValue the credential: never logged, compared in constant time
 * @param clientInstanceId the managed node's id, from agents only
 * @param clientVersion from newer clients only
 * @param extensions what an end of ours asks of the service, or tells it: {@link Extension}
 */
public record OpenDataChannel(
    String messageSchemaVersion,
    String requestId,
    String tokenValue,
    String clientId,
    String clientInstanceId,
    String clientVersion,
    List<String> extensions)
    implements JsonText {

  public static final String SCHEMA_VERSION = "1.0";

  /** What a client sends. */
  public static OpenDataChannel fromClient(
      String requestId,
      String tokenValue,
      String clientId,
      String clientVersion,
      List<String> extensions) {
    return new OpenDataChannel(
        SCHEMA_VERSION, requestId, tokenValue, clientId, "", clientVersion, extensions);
  }

  /** What an agent sends. */
  public static OpenDataChannel fromAgent(
      String requestId,
      String tokenValue,
      String clientId,
      String clientInstanceId,
      List<String> extensions) {
    return new OpenDataChannel(
        SCHEMA_VERSION, requestId, tokenValue, clientId, clientInstanceId, "", extensions);
  }

  public static OpenDataChannel parse(ByteBuffer text) throws MalformedMessageException {
    JsonObject json = Json.readObject(text);
    String tokenValue = json.string("TokenValue");
    if (tokenValue.isEmpty()) {
      throw new MalformedMessageException("OpenDataChannel without TokenValue");
    }
    return new OpenDataChannel(
        json.string("MessageSchemaVersion"),
        json.string("RequestId"),
        tokenValue,
        json.string("ClientId"),
        json.string("ClientInstanceId"),
        json.string("ClientVersion"),
        Extension.list(json));
  }

  /** Which end says so; the token decides which end it is. */
  public Side claimedSide() {
    return clientInstanceId.isEmpty() ? Side.CLIENT : Side.AGENT;
  }

  @Override
  public String toJson() {
    JsonObject.Builder json =
        JsonObject.builder()
            .put("MessageSchemaVersion", messageSchemaVersion)
            .put("RequestId", requestId)
            .put("TokenValue", tokenValue);
    if (!clientInstanceId.isEmpty()) {
      json.put("ClientInstanceId", clientInstanceId);
    }
    json.put("ClientId", clientId);
    if (!clientVersion.isEmpty()) {
      json.put("ClientVersion", clientVersion);
    }
    return Extension.put(json, extensions).toJson();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "OpenDataChannel[requestId=%s, clientId=%s]".formatted(requestId, clientId);
  }
}
