package dev.postern.server.session;

import dev.postern.wire.SessionId;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.control.AgentTaskAcknowledge;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.ResumeToken;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Writes the messages that the service itself sends. Safe for use by many threads. */
final class OwnMessages {
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param random must be safe for use by many threads
   */
  OwnMessages(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** Says on behalf of the receiver, once more, that it has a message of this sender. */
  ByteBuffer acknowledge(Side sender, Acknowledged message) {
    Acknowledge content =
        new Acknowledge(
            sender.streamType(),
            message.messageId().toString(),
            message.sequenceNumber(),
            true,
            false);
    return AgentMessage.onDataChannel(
            MessageType.ACKNOWLEDGE,
            clock.millis(),
            AgentMessage.newMessageId(random),
            content.toPayload())
        .encode();
  }

  /** What opens the client's next connection. */
  ByteBuffer resumeToken(String tokenValue) {
    return AgentMessage.onDataChannel(
            MessageType.RESUME_TOKEN,
            clock.millis(),
            AgentMessage.newMessageId(random),
            new ResumeToken(tokenValue).toPayload())
        .encode();
  }

  /** The end of a session, for a data channel. */
  ByteBuffer channelClosed(SessionId sessionId, String destinationId, String output) {
    UUID messageId = AgentMessage.newMessageId(random);
    return AgentMessage.onDataChannel(
            MessageType.CHANNEL_CLOSED,
            clock.millis(),
            messageId,
            closed(messageId, sessionId, destinationId, output))
        .encode();
  }

  /** The end of a session, for a control channel. */
  ByteBuffer channelClosedOnControl(SessionId sessionId, String instanceId) {
    UUID messageId = AgentMessage.newMessageId(random);
    return AgentMessage.onControlChannel(
            MessageType.CHANNEL_CLOSED,
            clock.millis(),
            messageId,
            closed(messageId, sessionId, instanceId, ""))
        .encode();
  }

  private ByteBuffer closed(
      UUID messageId, SessionId sessionId, String destinationId, String output) {
    Instant now = clock.instant();
    return ChannelClosed.of(messageId.toString(), now, destinationId, sessionId.value(), output)
        .toPayload();
  }

  /** The start of a session, as the operation wrote it. */
  ByteBuffer start(String task) {
    return onControl(
        MessageType.INTERACTIVE_SHELL, ByteBuffer.wrap(task.getBytes(StandardCharsets.UTF_8)));
  }

  /** Stops the agent repeating that a task is complete. */
  ByteBuffer acknowledgeTask(UUID messageId, String taskId) {
    return onControl(
        MessageType.AGENT_TASK_ACKNOWLEDGE,
        AgentTaskAcknowledge.of(messageId.toString(), taskId).toPayload());
  }

  /** Stops the agent repeating a job's reply. */
  ByteBuffer acknowledgeJobReply(UUID messageId, String jobId) {
    return onControl(
        MessageType.AGENT_JOB_REPLY_ACK,
        JsonObject.builder()
            .put("jobId", jobId)
            .put("acknowledgedMessageId", messageId.toString())
            .build()
            .toPayload());
  }

  private ByteBuffer onControl(String messageType, ByteBuffer payload) {
    return AgentMessage.onControlChannel(
            messageType, clock.millis(), AgentMessage.newMessageId(random), payload)
        .encode();
  }
}
