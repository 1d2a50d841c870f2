package dev.postern.client.terminal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The settings of a terminal as the kernel's {@code TCGETS} and {@code TCSETS} carry them.
 * Immutable.
 *
 * <p>This is the kernel's own structure ({@code asm-generic/termbits.h}, the same on x86-64 and
 * arm64) and not that of a C library, whose size differs between libraries and releases.
 *
 * <table>
 * <caption>struct termios, numbers in the machine's order</caption>
 * <tr><th>Offset</th><th>Length</th><th>Field</th></tr>
 * <tr><td>0</td><td>4</td><td>c_iflag, input</td></tr>
 * <tr><td>4</td><td>4</td><td>c_oflag, output</td></tr>
 * <tr><td>8</td><td>4</td><td>c_cflag, line</td></tr>
 * <tr><td>12</td><td>4</td><td>c_lflag, local</td></tr>
 * <tr><td>16</td><td>1</td><td>c_line, line discipline</td></tr>
 * <tr><td>17</td><td>19</td><td>c_cc, control characters; VTIME is number 5, VMIN number 6</td></tr>
 * </table>
 */
final class Termios {
  static final int BYTES = 36;

  private static final int INPUT = 0;
  private static final int OUTPUT = 4;
  private static final int LINE = 8;
  private static final int LOCAL = 12;
  private static final int VTIME = 17 + 5;
  private static final int VMIN = 17 + 6;

  // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
  private static final int INPUT_COOKED = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
  private static final int OUTPUT_COOKED = 0x1; // OPOST
  private static final int LINE_COOKED = 0x30 | 0x100; // CSIZE PARENB
  private static final int LINE_RAW = 0x30; // CS8
  // ISIG ICANON ECHO ECHONL IEXTEN
  private static final int LOCAL_COOKED = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;

  private final byte[] bytes;

  Termios(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("termios has " + BYTES + " bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /**
   * The same with every key passed on as it is, as {@code cfmakeraw} defines it: reads return at
   * one byte.
   */
  Termios raw() {
    ByteBuffer raw = ByteBuffer.wrap(bytes()).order(ByteOrder.nativeOrder());
    raw.putInt(INPUT, raw.getInt(INPUT) & ~INPUT_COOKED);
    raw.putInt(OUTPUT, raw.getInt(OUTPUT) & ~OUTPUT_COOKED);
    raw.putInt(LINE, (raw.getInt(LINE) & ~LINE_COOKED) | LINE_RAW);
    raw.putInt(LOCAL, raw.getInt(LOCAL) & ~LOCAL_COOKED);
    raw.put(VTIME, (byte) 0).put(VMIN, (byte) 1);
    return new Termios(raw.array());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Termios that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
