package dev.postern.wire.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** Something that travels as one JSON object. */
public interface JsonText {
  /** The object's text with the exact names that the official peers expect. */
  String toJson();

  /** The text as the payload of a message. */
  default ByteBuffer toPayload() {
    return ByteBuffer.wrap(toJson().getBytes(UTF_8));
  }
}
