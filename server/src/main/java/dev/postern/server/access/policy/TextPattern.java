package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Text of a policy with wildcards and variables, taken apart once (spec/aws-api.md 4.3). What a
 * variable brings in is literal: a star in it is a star.
 */
final class TextPattern {
  /** What a text consists of, from left to right. */
  sealed interface Piece {
    record Literal(String text) implements Piece {}

    /** {@code *}, or {@code ?} when only one character may stand there. */
    record Wild(boolean run) implements Piece {}

    /**
     * {@code ${key, 'fallback'}}.
     *
     * @param name as it was written; compared in {@code lowerCased} form
     */
    record Variable(String name, String lowerCased, @Nullable String fallback) implements Piece {}
  }

  /** Which characters mean something. */
  enum Syntax {
    WILDCARDS,
    VARIABLES,
    WILDCARDS_AND_VARIABLES,
    PLAIN;

    static Syntax of(boolean wildcards, boolean variables) {
      if (wildcards) {
        return variables ? WILDCARDS_AND_VARIABLES : WILDCARDS;
      }
      return variables ? VARIABLES : PLAIN;
    }

    boolean hasWildcards() {
      return this == WILDCARDS || this == WILDCARDS_AND_VARIABLES;
    }

    boolean hasVariables() {
      return this == VARIABLES || this == WILDCARDS_AND_VARIABLES;
    }
  }

  private static final String OPENING = "${";

  private final List<Piece> pieces;
  private final @Nullable Wildcard fixed;

  TextPattern(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
    this.fixed =
        pieces.stream().anyMatch(Piece.Variable.class::isInstance)
            ? null
            : resolve(RequestContext.EMPTY);
  }

  static TextPattern compile(String text, Syntax syntax, Position position)
      throws MalformedPolicyException {
    return new TextPattern(pieces(text, syntax, position));
  }

  /** Neighbouring literal characters come as one piece. */
  static List<Piece> pieces(String text, Syntax syntax, Position position)
      throws MalformedPolicyException {
    List<Piece> pieces = new ArrayList<>();
    var literal = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (syntax.hasVariables() && text.startsWith(OPENING, i)) {
        int end = variableEnd(text, i, position);
        String inner = text.substring(i + OPENING.length(), end);
        if (inner.equals("*") || inner.equals("?") || inner.equals("$")) {
          literal.append(inner);
        } else {
          addLiteral(pieces, literal);
          pieces.add(variable(inner, position));
        }
        i = end + 1;
      } else if (syntax.hasWildcards() && (c == '*' || c == '?')) {
        addLiteral(pieces, literal);
        pieces.add(new Piece.Wild(c == '*'));
        i++;
      } else {
        literal.append(c);
        i++;
      }
    }
    addLiteral(pieces, literal);
    return pieces;
  }

  private static void addLiteral(List<Piece> pieces, StringBuilder literal) {
    if (!literal.isEmpty()) {
      pieces.add(new Piece.Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  /** The brace that closes a variable: one within quotes belongs to the fallback. */
  private static int variableEnd(String text, int start, Position position)
      throws MalformedPolicyException {
    boolean quoted = false;
    for (int i = start + OPENING.length(); i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (c == '}' && !quoted) {
        return i;
      }
    }
    throw malformed(text.substring(start), position);
  }

  private static Piece variable(String inner, Position position) throws MalformedPolicyException {
    int comma = inner.indexOf(',');
    String name = (comma < 0 ? inner : inner.substring(0, comma)).strip();
    if (name.isEmpty() || name.indexOf('\'') >= 0 || name.contains(OPENING)) {
      throw malformed(OPENING + inner + "}", position);
    }
    String lowerCased = RequestContext.lowerCased(name);
    if (comma < 0) {
      return new Piece.Variable(name, lowerCased, null);
    }
    String fallback = inner.substring(comma + 1).strip();
    if (fallback.length() < 2
        || fallback.charAt(0) != '\''
        || fallback.indexOf('\'', 1) != fallback.length() - 1) {
      throw malformed(OPENING + inner + "}", position);
    }
    return new Piece.Variable(name, lowerCased, fallback.substring(1, fallback.length() - 1));
  }

  private static MalformedPolicyException malformed(String variable, Position position) {
    return MalformedPolicyException.syntax(
        "Malformed policy variable " + MalformedPolicyException.quoted(variable), position);
  }

  /** False as well when a variable has no value. */
  boolean matches(String text, RequestContext context) {
    Wildcard pattern = fixed == null ? resolve(context) : fixed;
    return pattern != null && pattern.matches(text);
  }

  /** As {@link #matches(String, RequestContext)} for a text without wildcards. */
  boolean equalsIgnoringCase(String text, RequestContext context) {
    Wildcard pattern = fixed == null ? resolve(context) : fixed;
    return pattern != null && pattern.literal().equalsIgnoreCase(text);
  }

  private @Nullable Wildcard resolve(RequestContext context) {
    var builder = new Wildcard.Builder(pieces.size() * 16);
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Literal(String text) -> builder.literal(text);
        case Piece.Wild(boolean run) -> {
          if (run) {
            builder.anyRun();
          } else {
            builder.anyOne();
          }
        }
        case Piece.Variable variable -> {
          String value = value(variable, context);
          if (value == null) {
            return null;
          }
          builder.literal(value);
        }
      }
    }
    return builder.build();
  }

  /** Only a key with exactly one value says what to put in. */
  private static @Nullable String value(Piece.Variable variable, RequestContext context) {
    List<String> values = context.valuesOf(variable.lowerCased());
    return values.size() == 1 ? values.getFirst() : variable.fallback();
  }

  /** The condition keys that it asks for, as they were written. */
  List<String> variableNames() {
    return pieces.stream()
        .filter(Piece.Variable.class::isInstance)
        .map(piece -> ((Piece.Variable) piece).name())
        .toList();
  }

  /** Whether these characters stand in it next to each other. */
  boolean hasLiteral(String characters) {
    return pieces.stream()
        .anyMatch(
            piece -> piece instanceof Piece.Literal(String text) && text.contains(characters));
  }
}
