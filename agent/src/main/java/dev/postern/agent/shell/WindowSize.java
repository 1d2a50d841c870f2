package dev.postern.agent.shell;

/**
 * The size of a terminal in characters.
 *
 * @param columns 0 to 65535
 * @param rows 0 to 65535
 */
public record WindowSize(int columns, int rows) {
  /** What a terminal has until its user's size is known. */
  public static final WindowSize DEFAULT = new WindowSize(80, 24);

  private static final int SIDE_MAX = 65_535;

  public WindowSize {
    if (columns < 0 || columns > SIDE_MAX || rows < 0 || rows > SIDE_MAX) {
      throw new IllegalArgumentException("a terminal side has 0 to 65535 characters");
    }
  }
}
