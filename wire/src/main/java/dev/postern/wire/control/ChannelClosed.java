package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Service to both ends: the session is over (spec/data-channel.md 4.10). The date is a string and
 * the schema version a number; the official peers cannot decode it otherwise.
 *
 * @param output empty for a normal end, else the text that the client shows
 */
public record ChannelClosed(
    String messageId,
    String createdDate,
    String destinationId,
    String sessionId,
    int schemaVersion,
    String output)
    implements JsonText {

  private static final DateTimeFormatter CREATED_DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** What a service sends. */
  public static ChannelClosed of(
      String messageId, Instant created, String destinationId, String sessionId, String output) {
    return new ChannelClosed(
        messageId, CREATED_DATE.format(created), destinationId, sessionId, 1, output);
  }

  public static ChannelClosed parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new ChannelClosed(
        json.string("MessageId"),
        json.string("CreatedDate"),
        json.string("DestinationId"),
        json.string("SessionId"),
        json.integer("SchemaVersion", Integer.MIN_VALUE, Integer.MAX_VALUE),
        json.string("Output"));
  }

  /** Like {@link #parse}, but a session whose farewell cannot be read is over all the same. */
  public static ChannelClosed parseLeniently(ByteBuffer payload, String sessionId) {
    try {
      return parse(payload);
    } catch (MalformedMessageException unreadable) {
      return new ChannelClosed("", "", "", sessionId, 1, "");
    }
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("MessageId", messageId)
        .put("CreatedDate", createdDate)
        .put("DestinationId", destinationId)
        .put("SessionId", sessionId)
        .put("MessageType", MessageType.CHANNEL_CLOSED)
        .put("SchemaVersion", schemaVersion)
        .put("Output", output)
        .toJson();
  }
}
