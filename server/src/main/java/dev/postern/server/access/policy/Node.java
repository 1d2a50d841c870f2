package dev.postern.server.access.policy;

import java.util.List;
import java.util.Map;

/** A value of the JSON text of a policy, with its place. */
sealed interface Node {
  /** Where the value begins. */
  Position start();

  /**
   * An object; names come once.
   *
   * @param span the characters from the opening to behind the closing brace
   */
  record Members(Position start, Position end, Span span, Map<String, Member> members)
      implements Node {}

  /** A name of an object with its own place, and its value. */
  record Member(Position start, Node value) {}

  /** A list. */
  record Elements(Position start, List<Node> elements) implements Node {}

  /** A string, number or boolean as its text. */
  record Scalar(Position start, boolean string, String text) implements Node {}

  /** Offsets into the text of the policy. */
  record Span(int from, int to) {}
}
