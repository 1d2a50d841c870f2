package dev.postern.wire.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The payload of {@link PayloadType#EXIT_CODE}: ASCII {@code EXIT_CODE: <n>} (spec/data-channel.md
 * 4.1).
 */
public record ExitCode(int value) {
  private static final String PREFIX = "EXIT_CODE: ";

  public ByteBuffer toPayload() {
    return StandardCharsets.US_ASCII.encode(PREFIX + value);
  }

  /** Reads a payload, whose position does not change. */
  public static ExitCode parse(ByteBuffer payload) throws MalformedMessageException {
    String text = StandardCharsets.ISO_8859_1.decode(payload.duplicate()).toString().strip();
    if (!text.startsWith(PREFIX.strip())) {
      throw new MalformedMessageException("exit code payload without its prefix");
    }
    try {
      return new ExitCode(Integer.parseInt(text.substring(PREFIX.strip().length()).strip()));
    } catch (NumberFormatException e) {
      throw new MalformedMessageException("exit code payload without a number");
    }
  }
}
