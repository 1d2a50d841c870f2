package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/** Agent to service on the data channel (spec/data-channel.md 4.9). */
public record AgentSessionState(int schemaVersion, String sessionState, String sessionId)
    implements JsonText {

  /** After a session's first open, not after a reconnect. */
  public static final String CONNECTED = "Connected";

  /** A shell's process ended by itself. */
  public static final String TERMINATING = "Terminating";

  public AgentSessionState(String sessionState, String sessionId) {
    this(1, sessionState, sessionId);
  }

  public static AgentSessionState parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new AgentSessionState(
        json.integer("SchemaVersion", 0, Integer.MAX_VALUE),
        json.string("SessionState"),
        json.string("SessionId"));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("SchemaVersion", schemaVersion)
        .put("SessionState", sessionState)
        .put("SessionId", sessionId)
        .toJson();
  }
}
