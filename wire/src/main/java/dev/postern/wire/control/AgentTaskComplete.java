package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import java.nio.ByteBuffer;

/**
 * Agent to service on the control channel: a session ended (spec/agent-service.md 3.5).
 *
 * @param taskId the session's id
 * @param finalTaskStatus one of the constants, or {@code TimedOut}
 * @param output the error text of a failed session, which the client is shown
 * @param retryNumber 1 for the first send
 */
public record AgentTaskComplete(
    int schemaVersion,
    String taskId,
    String topic,
    String finalTaskStatus,
    boolean isRoutingFailure,
    String awsAccountId,
    String instanceId,
    String output,
    LogTargets logTargets,
    int retryNumber)
    implements JsonText {

  public static final String SUCCESS = "Success";
  public static final String FAILED = "Failed";
  public static final String CANCELLED = "Cancelled";
  public static final String TIMED_OUT = "TimedOut";

  /** The longest output that the official agent sends, in characters. */
  public static final int OUTPUT_LENGTH_MAX = 2500;

  /** Where the session was recorded; empty members mean nowhere. */
  public record LogTargets(String s3Bucket, String s3UrlSuffix, String cwlGroup, String cwlStream) {
    public static final LogTargets NONE = new LogTargets("", "", "", "");
  }

  /** What an agent sends; a longer output is cut. */
  public static AgentTaskComplete of(
      String sessionId,
      String finalTaskStatus,
      String instanceId,
      String output,
      LogTargets logTargets,
      int retryNumber) {
    return new AgentTaskComplete(
        1,
        sessionId,
        MessageType.AGENT_TASK_COMPLETE,
        finalTaskStatus,
        false,
        "",
        instanceId,
        output.substring(0, Math.min(output.length(), OUTPUT_LENGTH_MAX)),
        logTargets,
        retryNumber);
  }

  public static AgentTaskComplete parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new AgentTaskComplete(
        json.integer("SchemaVersion", 0, Integer.MAX_VALUE),
        json.string("TaskId"),
        json.string("Topic"),
        json.string("FinalTaskStatus"),
        json.bool("IsRoutingFailure"),
        json.string("AwsAccountId"),
        json.string("InstanceId"),
        json.string("Output"),
        new LogTargets(
            json.string("S3Bucket"),
            json.string("S3UrlSuffix"),
            json.string("CwlGroup"),
            json.string("CwlStream")),
        json.integer("RetryNumber", 0, Integer.MAX_VALUE));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("SchemaVersion", schemaVersion)
        .put("TaskId", taskId)
        .put("Topic", topic)
        .put("FinalTaskStatus", finalTaskStatus)
        .put("IsRoutingFailure", isRoutingFailure)
        .put("AwsAccountId", awsAccountId)
        .put("InstanceId", instanceId)
        .put("Output", output)
        .put("S3Bucket", logTargets.s3Bucket)
        .put("S3UrlSuffix", logTargets.s3UrlSuffix)
        .put("CwlGroup", logTargets.cwlGroup)
        .put("CwlStream", logTargets.cwlStream)
        .put("RetryNumber", retryNumber)
        .toJson();
  }
}
