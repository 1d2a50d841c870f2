package dev.postern.server.session;

import dev.postern.server.bus.Bus;
import dev.postern.server.listener.Loop;
import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.listener.WebSocketPeer;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.json.Json;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's open control channel (spec/agent-service.md 3). Its state belongs to the connection's
 * loop. Its loss says nothing about the node's sessions.
 */
final class ControlChannel implements WebSocketHandler {
  static final int MALFORMED = 1007;
  private static final Logger LOG = LoggerFactory.getLogger(ControlChannel.class);
  private static final Duration SILENCE_CHECK_EVERY = Duration.ofSeconds(15);

  private final String instanceId;
  private final Gateway gateway;
  private final OwnMessages messages;
  private final Counts counts;
  private final Duration silenceMax;
  private final List<Bus.Registration> responders = new ArrayList<>();
  private Loop.@Nullable Timer silenceCheck;

  /** Written once, on the connection's loop, before anybody else sees this channel. */
  private volatile @Nullable WebSocketPeer peer;

  ControlChannel(
      String instanceId,
      Gateway gateway,
      OwnMessages messages,
      Counts counts,
      Duration silenceMax) {
    this.instanceId = instanceId;
    this.gateway = gateway;
    this.messages = messages;
    this.counts = counts;
    this.silenceMax = silenceMax;
  }

  String instanceId() {
    return instanceId;
  }

  private WebSocketPeer peer() {
    return Objects.requireNonNull(peer);
  }

  @Override
  public void onOpen(WebSocketPeer peer) {
    this.peer = peer;
    responders.addAll(gateway.controlChannelOpened(this));
    scheduleSilenceCheck();
  }

  private void scheduleSilenceCheck() {
    Duration every =
        silenceMax.compareTo(SILENCE_CHECK_EVERY) < 0 ? silenceMax : SILENCE_CHECK_EVERY;
    silenceCheck =
        peer()
            .loop()
            .schedule(
                every,
                () -> {
                  if (peer().silence().compareTo(silenceMax) > 0) {
                    LOG.info("control channel of {} gives no sign of life", instanceId);
                    peer().abort();
                  } else {
                    scheduleSilenceCheck();
                  }
                });
  }

  @Override
  public void onText(String text) {
    counts.droppedMessages.increment();
  }

  @Override
  public void onBinary(WebSocketMessage message) {
    try {
      EncodedMessage header = EncodedMessage.of(message.view());
      receive(header);
    } catch (MalformedMessageException malformed) {
      counts.malformedConnections.increment();
      LOG.info("control channel of {}: no message: {}", instanceId, malformed.getMessage());
      peer().close(MALFORMED, String.valueOf(malformed.getMessage()));
    } finally {
      message.release();
    }
  }

  private void receive(EncodedMessage message) {
    try {
      switch (message.messageType()) {
        case MessageType.AGENT_TASK_COMPLETE -> onTaskComplete(message);
        case MessageType.AGENT_JOB_REPLY -> onJobReply(message);
        case MessageType.AGENT_JOB_ACK,
            MessageType.AGENT_TELEMETRY,
            MessageType.AGENT_UPDATE_RESULT -> {
          // expected, and of no use here
        }
        default -> counts.droppedMessages.increment();
      }
    } catch (MalformedMessageException unreadable) {
      LOG.info("control channel of {}: {}", instanceId, unreadable.getMessage());
      counts.droppedMessages.increment();
    }
  }

  /** Acknowledged always: an agent repeats it only three times, and only to be acknowledged. */
  private void onTaskComplete(EncodedMessage message) throws MalformedMessageException {
    AgentTaskComplete complete = AgentTaskComplete.parse(message.payload());
    peer().send(messages.acknowledgeTask(message.messageId(), complete.taskId()));
    gateway.taskComplete(instanceId, complete);
  }

  private void onJobReply(EncodedMessage message) throws MalformedMessageException {
    String jobId = Json.readObject(message.payload()).string("jobId");
    peer().send(messages.acknowledgeJobReply(message.messageId(), jobId));
  }

  /** Any thread. */
  void send(ByteBuffer message) {
    peer().send(message);
    peer().flush();
  }

  /** Any thread: false while the node does not read. */
  boolean isWritable() {
    return peer().isWritable();
  }

  /** Any thread: the connection ends without a word. */
  void abort() {
    peer().abort();
  }

  /** Any thread. */
  void close(int code, String reason) {
    peer().close(code, reason);
  }

  @Override
  public void onWritable() {}

  @Override
  public void onBatchEnd() {
    peer().flush();
  }

  @Override
  public void onClose(Closing closing) {
    if (silenceCheck != null) {
      silenceCheck.cancel();
    }
    responders.forEach(Bus.Registration::close);
    gateway.controlChannelClosed(this);
  }
}
