package dev.postern.bench;

import java.io.IOException;

/** A shell at a terminal, near or far. Used by the measuring thread. */
interface MeasuredShell extends AutoCloseable {
  /** Ctrl-U. */
  byte KILL_LINE = 0x15;

  /** A longer line costs a shell more for every key, and terminals end one at 4096. */
  int LINE_KEYS_MAX = 60;

  /** Sends one key. */
  void type(byte key) throws IOException;

  Screen screen();

  /**
   * How long the echo of a letter takes, in nanoseconds.
   *
   * @param number of it in a row of letters
   */
  default long echo(int number) throws IOException, InterruptedException {
    if (number % LINE_KEYS_MAX == 0) {
      type(KILL_LINE);
      screen().settle();
    }
    // Not the letter before it: a late echo is not taken for the next.
    byte key = (byte) ('a' + number % 26);
    long typed = System.nanoTime();
    type(key);
    return screen().await(key) - typed;
  }

  @Override
  void close() throws IOException;
}
