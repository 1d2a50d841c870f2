package dev.postern.server.access.policy;

/**
 * A text is no policy (spec/aws-api.md 3.1, the checks at write time). The message is meant for
 * MalformedPolicyDocument: AWS's words where they are known, then the position.
 */
public final class MalformedPolicyException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int QUOTED_CHARACTERS_MAX = 120;

  private final String problem;
  private final int line;
  private final int column;

  MalformedPolicyException(String problem, Position position) {
    super(problem + " (" + position + ")");
    this.problem = problem;
    this.line = position.line();
    this.column = position.column();
  }

  /** A fault of form for which AWS has only its general sentence; ours says more. */
  static MalformedPolicyException syntax(String detail, Position position) {
    return new MalformedPolicyException("Syntax errors in policy. " + detail, position);
  }

  /** Text of the document as it may be repeated in a message. */
  static String quoted(String text) {
    return cut(text, QUOTED_CHARACTERS_MAX);
  }

  /** The beginning of a text, never half of a surrogate pair. */
  static String cut(String text, int charactersMax) {
    if (text.length() <= charactersMax) {
      return text;
    }
    boolean halved = Character.isHighSurrogate(text.charAt(charactersMax - 1));
    return text.substring(0, halved ? charactersMax - 1 : charactersMax) + "...";
  }

  /** What is wrong, without the position. */
  public String problem() {
    return problem;
  }

  /** Where the element that is wrong begins. */
  public Position position() {
    return new Position(line, column);
  }
}
