package dev.postern.wire.control;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * A session document as a node gets it (spec/agent-service.md 3.5).
 *
 * @param schemaVersion {@code 1.0}, or the official agent refuses
 * @param sessionType one of {@link dev.postern.wire.handshake.SessionType}, or a newer one
 * @param inputs log targets, encryption and run-as; see {@link SessionInputs}
 * @param parameters definitions {@code {type, default, allowedPattern}} by name
 * @param properties by session type, before placeholders are replaced; null for plain shells
 */
public record DocumentContent(
    String schemaVersion,
    String description,
    String sessionType,
    JsonObject inputs,
    JsonObject parameters,
    @Nullable JsonObject properties) {

  public static final String SCHEMA_VERSION = "1.0";

  /** Reads a document; its inputs are not looked at, they may still hold placeholders. */
  public static DocumentContent parse(JsonObject json) throws MalformedMessageException {
    return new DocumentContent(
        json.string("schemaVersion"),
        json.string("description"),
        json.string("sessionType"),
        json.objectOrEmpty("inputs"),
        json.objectOrEmpty("parameters"),
        json.object("properties"));
  }

  public JsonObject toJsonObject() {
    return JsonObject.builder()
        .put("schemaVersion", schemaVersion)
        .put("description", description)
        .put("sessionType", sessionType)
        .put("inputs", inputs)
        .put("parameters", parameters)
        .put("properties", properties)
        .build();
  }
}
