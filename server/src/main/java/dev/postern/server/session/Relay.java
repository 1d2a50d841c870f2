package dev.postern.server.session;

import dev.postern.server.listener.WebSocketMessage;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both directions of a session. Forwards stream messages and acknowledgements unchanged and in the
 * order of each sender, and answers a repeated message whose acknowledgement passed already
 * (spec/data-channel.md 13.3). Owned by the session's loop; not thread-safe.
 */
final class Relay {
  /** Of an acknowledgement or a state, header included; official ones have less than 400. */
  static final int CONTROL_BYTES_MAX = 4096;

  private final OwnMessages messages;
  private final Counts counts;
  private final boolean port;
  private final TimeLimits limits;
  private final RelayDirection fromAgent;
  private final RelayDirection fromClient;

  /** What relays share. */
  record Shared(OwnMessages messages, Counts counts, HeldBytes held) {}

  /**
   * A relay with nothing under way.
   *
   * @param port whether the session carries a port
   * @param limits told when payload passes
   * @param restored whether the session began before this server did
   */
  Relay(Shared shared, boolean port, TimeLimits limits, boolean restored) {
    this.messages = shared.messages();
    this.counts = shared.counts();
    this.port = port;
    this.limits = limits;
    this.fromAgent = new RelayDirection(shared.held(), port, restored);
    this.fromClient = new RelayDirection(shared.held(), port, restored);
  }

  RelayDirection from(Side sender) {
    return sender == Side.AGENT ? fromAgent : fromClient;
  }

  RelayDirection to(Side receiver) {
    return from(receiver.peer());
  }

  /** A side has a new connection. */
  void attach(Side side, Outlet outlet, long nowNanos) {
    to(side).attach(outlet);
    for (Acknowledged lately : from(side).recentlyAcknowledged(nowNanos)) {
      to(side).say(messages.acknowledge(side, lately));
    }
  }

  /**
   * Takes over a message of a side.
   *
   * @return the agent's state, where it told one
   * @throws MalformedMessageException when the bytes are no message; they were forwarded to nobody
   */
  @Nullable AgentSessionState receive(Side from, WebSocketMessage message, long nowNanos)
      throws MalformedMessageException {
    EncodedMessage header;
    try {
      header = EncodedMessage.of(message.view());
    } catch (MalformedMessageException malformed) {
      message.release();
      throw malformed;
    }
    String type = header.messageType();
    boolean stream = type.equals(from.streamType());
    if (!from.maySend(type) || (!stream && message.length() > CONTROL_BYTES_MAX)) {
      counts.droppedMessages.increment();
      message.release();
      return null;
    }
    if (stream) {
      receiveStream(from, message, header, nowNanos);
      return null;
    }
    if (type.equals(MessageType.ACKNOWLEDGE)) {
      receiveAcknowledge(from, message, header, nowNanos);
      return null;
    }
    return receiveState(message, header);
  }

  private void receiveStream(
      Side from, WebSocketMessage message, EncodedMessage header, long nowNanos) {
    Acknowledged identity = RelayDirection.identity(header);
    switch (from(from).offer(message, header, nowNanos)) {
      case TAKEN -> {
        if (Activity.isIn(header, port)) {
          limits.onActivity(nowNanos);
        }
      }
      case KNOWN -> {
        // on its way
      }
      case ALREADY_ACKNOWLEDGED -> {
        counts.repeatedAcknowledgements.increment();
        to(from).say(messages.acknowledge(from, identity));
      }
      case REFUSED -> counts.refusedMessages.increment();
    }
  }

  private void receiveAcknowledge(
      Side from, WebSocketMessage message, EncodedMessage header, long nowNanos) {
    Acknowledge acknowledge;
    try {
      acknowledge = Acknowledge.parse(header.payload());
    } catch (MalformedMessageException unreadable) {
      counts.droppedMessages.increment();
      message.release();
      return;
    }
    long number = acknowledge.acknowledgedMessageSequenceNumber();
    List<Acknowledged> implied = List.of();
    if (acknowledge.cumulative()) {
      to(from).acknowledgeUpTo(number, nowNanos);
    } else {
      implied = to(from).acknowledge(number, nowNanos);
    }
    if (!from(from).pass(message)) {
      counts.droppedMessages.increment();
    }
    sayImplied(from, implied);
  }

  /** A receiver has read all that it was sent before this mark. */
  void onMark(Side from, long number, long nowNanos) {
    sayImplied(from, to(from).passMark(number, nowNanos));
  }

  private void sayImplied(Side receiver, List<Acknowledged> implied) {
    Side sender = receiver.peer();
    for (Acknowledged acknowledged : implied) {
      counts.repeatedAcknowledgements.increment();
      to(sender).say(messages.acknowledge(sender, acknowledged));
    }
  }

  private @Nullable AgentSessionState receiveState(
      WebSocketMessage message, EncodedMessage header) {
    try {
      return AgentSessionState.parse(header.payload());
    } catch (MalformedMessageException unreadable) {
      counts.droppedMessages.increment();
      return null;
    } finally {
      message.release();
    }
  }

  void pump(long nowNanos) {
    fromAgent.pump(nowNanos);
    fromClient.pump(nowNanos);
  }

  /**
   * Whether a side may be read. Not while its direction is full, unless both are: each side's
   * acknowledgements are behind its stream messages, so if neither were read neither would ever
   * move again.
   */
  boolean mayRead(Side side) {
    return !from(side).isFull() || to(side).isFull();
  }

  void discard() {
    fromAgent.discard();
    fromClient.discard();
  }
}
