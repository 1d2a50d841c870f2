package dev.postern.server.session;

import dev.postern.wire.handshake.ClientAction.SessionTypeAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;

/**
 * What an agent's stream tells about the start of its session: whether the client is a port session
 * and when its handlers run. Owned by its direction; not thread-safe.
 */
final class StreamStart {
  /** A stream that is first seen beyond this number has its start behind it. */
  static final long START_SEQUENCE_NUMBERS_MAX = 8;

  private static final long UNKNOWN = -1;

  private final boolean mayBePort;
  private boolean port;
  private boolean handshake;
  private boolean past;
  private long firstOutput = UNKNOWN;

  /**
   * @param mayBePort false when the session is known to carry no port: then handlers run from the
   *     first output on
   */
  StreamStart(boolean mayBePort) {
    this.mayBePort = mayBePort;
  }

  /** Looks at a stream message that was not seen before. */
  void observe(EncodedMessage message, boolean firstOfRestoredStream) {
    if (firstOfRestoredStream) {
      past =
          message.sequenceNumber() > START_SEQUENCE_NUMBERS_MAX
              || (!mayBePort && message.payloadType() == PayloadType.OUTPUT);
    }
    switch (message.payloadType()) {
      case PayloadType.HANDSHAKE_REQUEST -> {
        handshake = true;
        port = port || asksForPort(message);
      }
      case PayloadType.HANDSHAKE_COMPLETE -> firstOutput = message.sequenceNumber() + 1;
      case PayloadType.OUTPUT -> {
        if (message.sequenceNumber() == 0) {
          firstOutput = 0;
        }
      }
      default -> {
        // tells nothing about the start
      }
    }
  }

  private static boolean asksForPort(EncodedMessage request) {
    try {
      return HandshakeRequest.parse(request.payload()).requestedClientActions().stream()
          .anyMatch(action ->
              action instanceof SessionTypeAction type
                  && type.sessionType().equals(SessionType.PORT));
    } catch (MalformedMessageException forTheClientToJudge) {
      return false;
    }
  }

  /**
   * Whether the official client goes deaf when something reaches it right after this message
   * (spec/data-channel.md 7.7).
   */
  boolean needsPauseAfter(int payloadType) {
    return port && payloadType == PayloadType.HANDSHAKE_COMPLETE;
  }

  /**
   * Whether the client's handlers run, so that it acknowledges what it consumes: since the first
   * output after the handshake was acknowledged. From the first output on where there is neither a
   * handshake nor a port to wait for (spec/data-channel.md 5.2).
   */
  boolean isPast(SequenceRanges acknowledged) {
    if (!past && firstOutput != UNKNOWN) {
      past = acknowledged.contains(firstOutput) || !(mayBePort || handshake);
    }
    return past;
  }
}
