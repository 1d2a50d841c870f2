package dev.postern.server.access.policy;

/**
 * A pattern in which {@code *} stands for any run of characters and {@code ?} for one (of UTF-16: a
 * character beyond its first plane takes two). A literal star is possible, which is why marks and
 * characters are kept apart. Matching takes at most pattern times text steps and allocates nothing.
 */
final class Wildcard {
  private static final byte LITERAL = 0;
  private static final byte ANY_RUN = 1;
  private static final byte ANY_ONE = 2;

  private final char[] characters;
  private final byte[] marks;
  private final Shape shape;
  private final String text;

  /** Most patterns of real policies need no search. */
  private enum Shape {
    EXACT,
    ANYTHING,
    PREFIX,
    SUFFIX,
    GENERAL
  }

  private Wildcard(char[] characters, byte[] marks) {
    this.characters = characters;
    this.marks = marks;
    this.text = new String(characters);
    this.shape = shape(marks);
  }

  private static Shape shape(byte[] marks) {
    int literals = 0;
    for (byte mark : marks) {
      if (mark == LITERAL) {
        literals++;
      }
    }
    if (literals == marks.length) {
      return Shape.EXACT;
    }
    boolean oneRun = literals == marks.length - 1;
    if (oneRun && marks[marks.length - 1] == ANY_RUN) {
      return literals == 0 ? Shape.ANYTHING : Shape.PREFIX;
    }
    return oneRun && marks[0] == ANY_RUN ? Shape.SUFFIX : Shape.GENERAL;
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

  boolean matches(String candidate) {
    return switch (shape) {
      case EXACT -> text.equals(candidate);
      case ANYTHING -> true;
      case PREFIX -> endsAt(marks.length - 2, candidate, marks.length - 2, 0);
      case SUFFIX -> endsAt(marks.length - 1, candidate, candidate.length() - 1, 1);
      case GENERAL -> search(candidate);
    };
  }

  /**
   * Compares from the right, where texts of one kind differ, down to the first literal. {@code
   * String.startsWith} took half of a decision's time for literals as short as these.
   */
  private boolean endsAt(int last, String candidate, int end, int first) {
    if (end - (last - first) < 0 || end >= candidate.length()) {
      return false;
    }
    int t = end;
    for (int p = last; p >= first; p--, t--) {
      if (characters[p] != candidate.charAt(t)) {
        return false;
      }
    }
    return true;
  }

  /** Only the last run is ever widened again: what an earlier one took stays right. */
  private boolean search(String candidate) {
    int p = 0;
    int t = 0;
    int run = -1;
    int runEnd = 0;
    while (t < candidate.length()) {
      if (p < marks.length && marks[p] == ANY_RUN) {
        run = p++;
        runEnd = t;
      } else if (p < marks.length
          && (marks[p] == ANY_ONE || characters[p] == candidate.charAt(t))) {
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
    return text;
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
