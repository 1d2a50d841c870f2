package dev.postern.wire.smux;

/** The command byte of a frame. 4 exists in version 2 of the protocol only. */
final class Command {
  static final byte OPEN = 0;
  static final byte FINISH = 1;
  static final byte PUSH = 2;
  static final byte NOP = 3;

  /** Ours; far from what a later smux may take. */
  static final byte RESET = (byte) 0x80;

  /** Ours: its data is a count, four bytes. */
  static final byte WINDOW = (byte) 0x81;

  private Command() {}
}
