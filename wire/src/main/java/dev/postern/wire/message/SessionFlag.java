package dev.postern.wire.message;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The payload of {@link PayloadType#FLAG}: four bytes, big-endian (spec/data-channel.md 4.3). */
public enum SessionFlag {
  /** Client to agent, basic port session: the local connection ended. */
  DISCONNECT_TO_PORT(1),

  /** Client to agent: the session is to end. */
  TERMINATE_SESSION(2),

  /** Agent to client, mux port session: one stream's destination could not be reached. */
  CONNECT_TO_PORT_ERROR(3),

  /**
   * Client to agent, an addition of ours where both ends agreed on half-closed streams: the client
   * of a stdio port session writes no more.
   */
  FINISH_INPUT(0x80);

  private final int value;

  SessionFlag(int value) {
    this.value = value;
  }

  public ByteBuffer toPayload() {
    return ByteBuffer.allocate(Integer.BYTES).putInt(0, value);
  }

  /**
   * The flag in a payload, whose position does not change.
   *
   * @return null for a number that this version does not know
   */
  public static @Nullable SessionFlag parse(ByteBuffer payload) throws MalformedMessageException {
    if (payload.remaining() < Integer.BYTES) {
      throw new MalformedMessageException("flag payload shorter than 4 bytes");
    }
    int value = payload.getInt(payload.position());
    for (SessionFlag flag : values()) {
      if (flag.value == value) {
        return flag;
      }
    }
    return null;
  }
}
