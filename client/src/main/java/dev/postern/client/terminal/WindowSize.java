package dev.postern.client.terminal;

/** Columns and rows of a terminal, each at least 1. */
public record WindowSize(int columns, int rows) {
  /**
   * What is announced when the output is no terminal; the official plugin's choice
   * (spec/data-channel.md 4.2).
   */
  public static final WindowSize WITHOUT_TERMINAL = new WindowSize(300, 100);

  public WindowSize {
    if (columns < 1 || rows < 1) {
      throw new IllegalArgumentException("a window has at least one column and one row");
    }
  }
}
