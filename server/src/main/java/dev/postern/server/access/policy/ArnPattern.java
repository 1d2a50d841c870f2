package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code *}, or six parts that match the six parts of an ARN each on its own (spec/aws-api.md 4.2),
 * so that no wildcard reaches over one of the first five colons.
 */
final class ArnPattern {
  private static final String ALL = "*";
  private static final String SCHEME = "arn";
  private static final int ACCOUNT = 4;
  private static final int RESOURCE = 5;

  /** The parts that tell most apart come first; the scheme and partition nearly never differ. */
  private static final int[] ORDER = {2, 5, 4, 3, 1, 0};

  private final String source;

  private final boolean all;

  /** Six; none when the source is not of that form. */
  private final TextPattern[] parts;

  private ArnPattern(String source, List<TextPattern> parts) {
    this.source = source;
    this.all = source.equals(ALL);
    this.parts = parts.toArray(TextPattern[]::new);
  }

  static ArnPattern all() {
    return new ArnPattern(ALL, List.of());
  }

  /** Takes any text; what is neither {@code *} nor of six parts matches nothing. */
  static ArnPattern compile(String source, boolean variables, Position position)
      throws MalformedPolicyException {
    List<List<TextPattern.Piece>> parts = new ArrayList<>();
    parts.add(new ArrayList<>());
    for (TextPattern.Piece piece :
        TextPattern.pieces(source, TextPattern.Syntax.of(true, variables), position)) {
      if (piece instanceof TextPattern.Piece.Literal(String text)) {
        addLiteral(parts, text);
      } else {
        parts.getLast().add(piece);
      }
    }
    return new ArnPattern(
        source,
        parts.size() == ArnText.PARTS ? parts.stream().map(TextPattern::new).toList() : List.of());
  }

  private static void addLiteral(List<List<TextPattern.Piece>> parts, String text) {
    int start = 0;
    while (parts.size() < ArnText.PARTS) {
      int colon = text.indexOf(':', start);
      if (colon < 0) {
        break;
      }
      parts.getLast().add(new TextPattern.Piece.Literal(text.substring(start, colon)));
      parts.add(new ArrayList<>());
      start = colon + 1;
    }
    parts.getLast().add(new TextPattern.Piece.Literal(text.substring(start)));
  }

  /** As the policy has it. */
  String source() {
    return source;
  }

  boolean matchesAll() {
    return all;
  }

  /** Whether it may stand in a Resource element (spec/aws-api.md 3.1). */
  boolean hasArnForm() {
    return parts.length > 0 && parts[0].matches(SCHEME, RequestContext.EMPTY);
  }

  /** {@link ArnText} of fewer than six parts is matched by {@code *} alone. */
  boolean matches(ArnText arn, RequestContext context, EquivalentAccounts accounts) {
    if (all) {
      return true;
    }
    if (parts.length == 0 || !arn.hasAllParts()) {
      return false;
    }
    for (int part : ORDER) {
      if (!matchesPart(part, arn, context, accounts)) {
        return false;
      }
    }
    return true;
  }

  private boolean matchesPart(
      int part, ArnText arn, RequestContext context, EquivalentAccounts accounts) {
    TextPattern pattern = parts[part];
    return pattern.matches(arn.part(part), context)
        || (part == ACCOUNT && matchesOtherName(pattern, arn, context, accounts));
  }

  private static boolean matchesOtherName(
      TextPattern account, ArnText arn, RequestContext context, EquivalentAccounts accounts) {
    if (accounts.others().isEmpty() || !arn.part(ACCOUNT).equals(accounts.own())) {
      return false;
    }
    for (String other : accounts.others()) {
      if (account.matches(other, context)) {
        return true;
      }
    }
    return false;
  }

  /** How many of the six parts match: how near a pattern is that does not match as a whole. */
  int matchingParts(ArnText arn, RequestContext context, EquivalentAccounts accounts) {
    if (parts.length == 0 || !arn.hasAllParts()) {
      return 0;
    }
    int matching = 0;
    for (int part : ORDER) {
      if (matchesPart(part, arn, context, accounts)) {
        matching++;
      }
    }
    return matching;
  }

  /** Whether its resource part holds these characters literally; never so for {@code *}. */
  boolean namesResource(String characters) {
    return parts.length > 0 && parts[RESOURCE].hasLiteral(characters);
  }

  Stream<String> variableNames() {
    return Stream.of(parts).flatMap(part -> part.variableNames().stream());
  }
}
