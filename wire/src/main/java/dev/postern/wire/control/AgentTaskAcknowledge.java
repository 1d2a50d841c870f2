package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import java.nio.ByteBuffer;

/**
 * Service to agent: an {@link AgentTaskComplete} arrived (spec/agent-service.md 3.5).
 *
 * @param messageId the header's message id of the message that is acknowledged
 */
public record AgentTaskAcknowledge(int schemaVersion, String messageId, String taskId, String topic)
    implements JsonText {

  public static AgentTaskAcknowledge of(String messageId, String taskId) {
    return new AgentTaskAcknowledge(1, messageId, taskId, MessageType.AGENT_TASK_COMPLETE);
  }

  public static AgentTaskAcknowledge parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new AgentTaskAcknowledge(
        json.integer("SchemaVersion", 0, Integer.MAX_VALUE),
        json.string("MessageId"),
        json.string("TaskId"),
        json.string("Topic"));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("SchemaVersion", schemaVersion)
        .put("MessageId", messageId)
        .put("TaskId", taskId)
        .put("Topic", topic)
        .toJson();
  }
}
