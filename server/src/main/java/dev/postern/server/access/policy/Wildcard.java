package dev.postern.server.access.policy;

/**
 * A pattern in which {@code *} stands for any run of characters and {@code ?} for one. A literal
 * star is possible, which is why marks and characters are kept apart. Matching takes at most
 * pattern times text steps and allocates nothing.
 */
final class Wildcard {
  private static final byte LITERAL = 0;
  private static final byte ANY_RUN = 1;
  private static final byte ANY_ONE = 2;

  private final char[] characters;
  private final byte[] marks;
  private final Shape shape;
  private final String literal;

  /** Most patterns of real policies need no search. */
  private enum Shape {
    EXACT,
    PREFIX,
    GENERAL
  }

  private Wildcard(char[] characters, byte[] marks) {
    this.characters = characters;
    this.marks = marks;
    int literals = 0;
    while (literals < marks.length && marks[literals] == LITERAL) {
      literals++;
    }
    this.literal = new String(characters, 0, literals);
    if (literals == marks.length) {
      this.shape = Shape.EXACT;
    } else if (literals == marks.length - 1 && marks[literals] == ANY_RUN) {
      this.shape = Shape.PREFIX;
    } else {
      this.shape = Shape.GENERAL;
    }
  }

  /** A pattern as users write it, where both marks have their meaning. */
  static Wildcard of(String pattern) {
    var builder = new Builder(pattern.length());
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (c) {
        case '*' -> builder.anyRun();
        case '?' -> builder.anyOne();
        default -> builder.literal(c);
      }
    }
    return builder.build();
  }

  boolean matches(String text) {
    return matches(text, 0, text.length());
  }

  /** Whether all characters from the first to before the last index match. */
  boolean matches(String text, int from, int to) {
    return switch (shape) {
      case EXACT -> to - from == literal.length() && text.startsWith(literal, from);
      case PREFIX -> to - from >= literal.length() && text.startsWith(literal, from);
      case GENERAL -> search(text, from, to);
    };
  }

  /** Only the last run is ever widened again: what an earlier one took stays right. */
  private boolean search(String text, int from, int to) {
    int p = 0;
    int t = from;
    int run = -1;
    int runEnd = from;
    while (t < to) {
      if (p < marks.length && marks[p] == ANY_RUN) {
        run = p++;
        runEnd = t;
      } else if (p < marks.length && (marks[p] == ANY_ONE || characters[p] == text.charAt(t))) {
        p++;
        t++;
      } else if (run >= 0) {
        p = run + 1;
        t = ++runEnd;
      } else {
        return false;
      }
    }
    while (p < marks.length && marks[p] == ANY_RUN) {
      p++;
    }
    return p == marks.length;
  }

  /** The text of a pattern that has no marks. */
  String literal() {
    return literal;
  }

  /** Grows a pattern from its left end. For one thread. */
  static final class Builder {
    private final StringBuilder characters;
    private final StringBuilder marks;

    Builder(int capacity) {
      characters = new StringBuilder(capacity);
      marks = new StringBuilder(capacity);
    }

    Builder literal(char c) {
      return add(c, LITERAL);
    }

    Builder literal(String text) {
      for (int i = 0; i < text.length(); i++) {
        literal(text.charAt(i));
      }
      return this;
    }

    Builder anyRun() {
      return add('*', ANY_RUN);
    }

    Builder anyOne() {
      return add('?', ANY_ONE);
    }

    private Builder add(char c, byte mark) {
      characters.append(c);
      marks.append((char) mark);
      return this;
    }

    Wildcard build() {
      byte[] bytes = new byte[marks.length()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) marks.charAt(i);
      }
      return new Wildcard(characters.toString().toCharArray(), bytes);
    }
  }
}
