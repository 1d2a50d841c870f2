package dev.postern.wire.message;

import java.nio.ByteBuffer;

/**
 * Where a source is read to, before it becomes the payload of a message: {@link
 * EncodedMessage#OVERHEAD} bytes are left free for the message's header, so that a payload which
 * fills most of it is handed on as it lies, and only a short one is copied, which would hold on to
 * a long buffer until its acknowledgement. For one thread.
 */
public final class PayloadBuffer {
  private final int capacity;
  private final int prefixBytes;
  private ByteBuffer bytes;

  /**
   * Makes an empty one.
   *
   * @param capacity the longest payload
   * @param prefixBytes how much of each payload is a prefix, which {@link #take} leaves at zeros
   */
  public PayloadBuffer(int capacity, int prefixBytes) {
    this.capacity = capacity;
    this.prefixBytes = prefixBytes;
    this.bytes = allocate(capacity);
    clear();
  }

  /** An empty one without a prefix. */
  public PayloadBuffer(int capacity) {
    this(capacity, 0);
  }

  /** Room for a payload: as many remaining bytes, and before them those for its header. */
  static ByteBuffer allocate(int payloadBytes) {
    return ByteBuffer.allocate(EncodedMessage.OVERHEAD + payloadBytes)
        .position(EncodedMessage.OVERHEAD);
  }

  /** A copy of a payload's parts with room for its header before it; their positions stay. */
  public static ByteBuffer copyOf(ByteBuffer... parts) {
    int length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    ByteBuffer copy = allocate(length);
    int filled = copy.position();
    for (ByteBuffer part : parts) {
      copy.put(filled, part, part.position(), part.remaining());
      filled += part.remaining();
    }
    return copy;
  }

  /** Where the next bytes go; what is put there counts. Has an array. */
  public ByteBuffer space() {
    return bytes;
  }

  /** How many bytes were put in, the prefix apart. */
  public int length() {
    return bytes.position() - EncodedMessage.OVERHEAD - prefixBytes;
  }

  /**
   * The payload, prefix included, as a buffer of the caller's own with room for its header before
   * its position. This one is empty afterwards.
   */
  public ByteBuffer take() {
    ByteBuffer payload = bytes.flip().position(EncodedMessage.OVERHEAD);
    if (payload.remaining() >= capacity / 2) {
      bytes = allocate(capacity);
    } else {
      payload = copyOf(payload);
    }
    clear();
    return payload;
  }

  /** Forgets what was put in. */
  public void clear() {
    bytes.clear().position(EncodedMessage.OVERHEAD + prefixBytes);
  }
}
