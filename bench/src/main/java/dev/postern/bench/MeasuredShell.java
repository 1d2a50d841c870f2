package dev.postern.bench;

import java.io.IOException;

/** A shell at a terminal, near or far. Used by the measuring thread. */
interface MeasuredShell extends AutoCloseable {
  /** Sends one key. */
  void type(byte key) throws IOException;

  Screen screen();

  @Override
  void close() throws IOException;
}
