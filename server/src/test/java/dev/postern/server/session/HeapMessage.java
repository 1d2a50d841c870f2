package dev.postern.server.session;

import dev.postern.server.listener.WebSocketMessage;
import java.nio.ByteBuffer;

/** A message on the heap that knows how often it is held. */
final class HeapMessage implements WebSocketMessage {
  private final ByteBuffer bytes;
  private int references = 1;

  HeapMessage(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  int references() {
    return references;
  }

  @Override
  public int length() {
    return bytes.remaining();
  }

  @Override
  public ByteBuffer view() {
    check();
    return bytes.asReadOnlyBuffer();
  }

  @Override
  public WebSocketMessage retain() {
    check();
    references++;
    return this;
  }

  @Override
  public void release() {
    check();
    references--;
  }

  private void check() {
    if (references <= 0) {
      throw new IllegalStateException("used after its release");
    }
  }
}
