package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * The payload of interactive_shell: start a session of any type on this node (spec/agent-service.md
 * 3.5). Its content travels as a string that holds JSON.
 */
public record AgentTask(int schemaVersion, String taskId, String topic, SessionContent content)
    implements JsonText {

  /** What a service sends: the session's id names the task too. */
  public static AgentTask of(SessionContent content) {
    return new AgentTask(1, content.sessionId(), "interactive_shell", content);
  }

  public static AgentTask parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    // The official agent uses nothing but Content, so the rest is taken as it comes.
    return new AgentTask(
        json.value("SchemaVersion") instanceof Long version ? Math.toIntExact(clamp(version)) : 0,
        json.value("TaskId") instanceof String taskId ? taskId : "",
        json.value("Topic") instanceof String topic ? topic : "",
        SessionContent.parse(Json.readObject(json.string("Content"))));
  }

  private static long clamp(long version) {
    return Math.clamp(version, 0, Integer.MAX_VALUE);
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("Content", content.toJson())
        .put("TaskId", taskId)
        .put("Topic", topic)
        .put("SchemaVersion", schemaVersion)
        .toJson();
  }
}
