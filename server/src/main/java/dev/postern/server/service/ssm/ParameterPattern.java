package dev.postern.server.service.ssm;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The {@code allowedPattern} of a parameter: a caller's regular expression that must match the
 * whole value. The syntax is RE2's, as in the agents, and so the time is linear in the value's
 * length: nothing backtracks. Immutable.
 */
final class ParameterPattern {
  /** Instructions that a pattern may unfold to. */
  static final int SIZE_MAX = 10_000;

  /** Groups within groups. */
  static final int DEPTH_MAX = 50;

  /** What a match may cost: instructions times characters. */
  static final long STEPS_MAX = 20_000_000;

  private final String text;
  private final Pattern pattern;

  private ParameterPattern(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
  }

  /** Why a text is no pattern; the message is for its author. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  static ParameterPattern compile(String text) throws Malformed {
    new Measure(text).run();
    try {
      return new ParameterPattern(text, Pattern.compile(text));
    } catch (PatternSyntaxException malformed) {
      throw new Malformed(malformed.getDescription());
    }
  }

  /** Whether matching this value stays within bounds. */
  boolean canTake(String value) {
    return (long) pattern.programSize() * (value.length() + 1) <= STEPS_MAX;
  }

  boolean matches(String value) {
    return pattern.matches(value);
  }

  @Override
  public String toString() {
    return text;
  }

  /**
   * Adds up what a pattern's repetitions unfold to before anything unfolds them: {@code
   * ((a{1000}){1000}){1000}} is short and would fill the memory. It reads as RE2 does where that
   * matters; what it takes for more than it is, is refused at worst.
   */
  private static final class Measure {
    /** One group that is open, and the outermost sequence. */
    private static final class Group {
      private long size;

      /** What a quantifier would repeat. */
      private long last;

      void add(long item) {
        size += item;
        last = item;
      }

      void repeat(long times) {
        size += last * (times - 1) + times;
        last = last * times + times;
      }
    }

    private final String text;
    private final Deque<Group> open = new ArrayDeque<>();
    private int at;

    Measure(String text) {
      this.text = text;
      open.push(new Group());
    }

    void run() throws Malformed {
      while (at < text.length()) {
        step(text.charAt(at++));
        if (open.size() > DEPTH_MAX) {
          throw new Malformed("more than " + DEPTH_MAX + " groups within groups");
        }
        if (open.getFirst().size > SIZE_MAX) {
          throw new Malformed("it unfolds to more than " + SIZE_MAX + " instructions");
        }
      }
    }

    private void step(char c) {
      Group group = open.getFirst();
      switch (c) {
        case '\\' -> escape(group);
        case '[' -> {
          skipClass();
          group.add(1);
        }
        case '(' -> open.push(new Group());
        case ')' -> {
          if (open.size() > 1) {
            open.pop();
            open.getFirst().add(group.size + 2);
          }
        }
        case '{' -> braces(group);
        default -> group.add(1);
      }
    }

    /** Quoted text counts by character; any other escape is one item. */
    private void escape(Group group) {
      if (!text.startsWith("Q", at)) {
        at++;
        group.add(1);
        return;
      }
      int end = text.indexOf("\\E", at);
      int characters = (end < 0 ? text.length() : end) - at;
      at = end < 0 ? text.length() : end + 2;
      group.add(1);
      group.size += characters;
    }

    private void skipClass() {
      if (text.startsWith("^", at)) {
        at++;
      }
      boolean first = true;
      while (at < text.length() && (first || text.charAt(at) != ']')) {
        first = false;
        int named = text.startsWith("[:", at) ? text.indexOf(":]", at) : -1;
        if (named >= 0) {
          at = named + 2;
        } else {
          at += text.charAt(at) == '\\' ? 2 : 1;
        }
      }
      at++;
    }

    /** A repetition {@code {n}}, {@code {n,}} or {@code {n,m}}, or braces that mean themselves. */
    private void braces(Group group) {
      int end = text.indexOf('}', at);
      String[] numbers = end < 0 ? new String[] {""} : text.substring(at, end).split(",", 2);
      if (!isNumber(numbers[0])) {
        group.add(1);
        return;
      }
      at = end + 1;
      long least = Long.parseLong(numbers[0]);
      boolean bounded = numbers.length == 2 && isNumber(numbers[1]);
      group.repeat(Math.max(1, bounded ? Math.max(least, Long.parseLong(numbers[1])) : least + 1));
    }

    /** RE2 repeats a thousand times at most, and refuses more itself. */
    private static boolean isNumber(String text) {
      return !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(Measure::isDigit);
    }

    private static boolean isDigit(int c) {
      return c >= '0' && c <= '9';
    }
  }
}
