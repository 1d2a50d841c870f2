package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * AcknowledgeContent: one stream message was stored by its receiver (spec/data-channel.md 4.8). Not
 * cumulative. Only the sequence number counts; the other members are for readers.
 */
public record Acknowledge(
    String acknowledgedMessageType,
    String acknowledgedMessageId,
    long acknowledgedMessageSequenceNumber,
    boolean isSequentialMessage)
    implements JsonText {

  /** The acknowledgement of a received message. */
  public static Acknowledge of(AgentMessage received) {
    return new Acknowledge(
        received.messageType(), received.messageId().toString(), received.sequenceNumber(), true);
  }

  public static Acknowledge parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new Acknowledge(
        json.string("AcknowledgedMessageType"),
        json.string("AcknowledgedMessageId"),
        json.integer("AcknowledgedMessageSequenceNumber"),
        json.bool("IsSequentialMessage"));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("AcknowledgedMessageType", acknowledgedMessageType)
        .put("AcknowledgedMessageId", acknowledgedMessageId)
        .put("AcknowledgedMessageSequenceNumber", acknowledgedMessageSequenceNumber)
        .put("IsSequentialMessage", isSequentialMessage)
        .toJson();
  }
}
