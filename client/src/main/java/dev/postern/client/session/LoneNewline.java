package dev.postern.client.session;

import java.nio.ByteBuffer;

/**
 * Turns input that is a single line feed into the carriage return that a terminal's Enter key
 * sends, for shells whose input is not our terminal (spec/data-channel.md 6.4, MUST 41).
 */
public final class LoneNewline implements InputFilter {
  @Override
  public Passed pass(ByteBuffer input) {
    boolean lone = input.remaining() == 1 && input.get(input.position()) == '\n';
    return new Passed(lone ? ByteBuffer.wrap(new byte[] {'\r'}) : input, Request.NONE);
  }
}
