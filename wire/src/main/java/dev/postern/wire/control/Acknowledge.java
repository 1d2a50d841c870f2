package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * AcknowledgeContent: one stream message was stored by its receiver (spec/data-channel.md 4.8).
 * Only the sequence number counts; the other members are for readers.
 *
 * @param cumulative whether all messages up to this one were stored, which only ends of ours say,
 *     when both agreed (docs/protocol/extensions.md)
 */
public record Acknowledge(
    String acknowledgedMessageType,
    String acknowledgedMessageId,
    long acknowledgedMessageSequenceNumber,
    boolean isSequentialMessage,
    boolean cumulative)
    implements JsonText {
  private static final String CUMULATIVE = "PosternCumulative";

  /** The acknowledgement of a received message. */
  public static Acknowledge of(AgentMessage received) {
    return of(received, false);
  }

  /** The acknowledgement of a received message and of all before it. */
  public static Acknowledge upTo(AgentMessage received) {
    return of(received, true);
  }

  private static Acknowledge of(AgentMessage received, boolean cumulative) {
    return new Acknowledge(
        received.messageType(),
        received.messageId().toString(),
        received.sequenceNumber(),
        true,
        cumulative);
  }

  public static Acknowledge parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new Acknowledge(
        json.string("AcknowledgedMessageType"),
        json.string("AcknowledgedMessageId"),
        json.integer("AcknowledgedMessageSequenceNumber"),
        json.bool("IsSequentialMessage"),
        json.bool(CUMULATIVE));
  }

  @Override
  public String toJson() {
    JsonObject.Builder json =
        JsonObject.builder()
            .put("AcknowledgedMessageType", acknowledgedMessageType)
            .put("AcknowledgedMessageId", acknowledgedMessageId)
            .put("AcknowledgedMessageSequenceNumber", acknowledgedMessageSequenceNumber)
            .put("IsSequentialMessage", isSequentialMessage);
    return (cumulative ? json.put(CUMULATIVE, true) : json).toJson();
  }
}
