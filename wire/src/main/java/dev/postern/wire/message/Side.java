package dev.postern.wire.message;

/** The two ends of a data channel; the service between them is neither. */
public enum Side {
  AGENT(MessageType.OUTPUT_STREAM_DATA),
  CLIENT(MessageType.INPUT_STREAM_DATA);

  private final String streamType;

  Side(String streamType) {
    this.streamType = streamType;
  }

  /** The type of the stream messages that this side sends. */
  public String streamType() {
    return streamType;
  }

  public Side peer() {
    return this == AGENT ? CLIENT : AGENT;
  }

  /** Whether this side may send messages of that type on a data channel. */
  public boolean maySend(String messageType) {
    return messageType.equals(streamType)
        || messageType.equals(MessageType.ACKNOWLEDGE)
        || (this == AGENT && messageType.equals(MessageType.AGENT_SESSION_STATE));
  }
}
