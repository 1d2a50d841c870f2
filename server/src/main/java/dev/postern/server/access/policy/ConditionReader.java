package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the Condition element of a statement. */
final class ConditionReader {
  private static final String IF_EXISTS = "ifexists";

  private ConditionReader() {}

  static List<Condition> read(Node.Members block, boolean variables)
      throws MalformedPolicyException {
    List<Condition> conditions = new ArrayList<>();
    for (Map.Entry<String, Node.Member> operator : block.members().entrySet()) {
      Condition.Test test = test(operator.getKey(), operator.getValue().start());
      Node.Members keys =
          StatementReader.members(
              operator.getValue().value(), "A condition operator must have keys");
      for (Map.Entry<String, Node.Member> key : keys.members().entrySet()) {
        conditions.add(condition(test, key.getKey(), key.getValue(), variables));
      }
    }
    return List.copyOf(conditions);
  }

  private static Condition condition(
      Condition.Test test, String key, Node.Member member, boolean variables)
      throws MalformedPolicyException {
    if (key.isBlank()) {
      throw MalformedPolicyException.syntax("A condition key must have a name", member.start());
    }
    List<Node.Scalar> values = scalars(member.value());
    return new Condition(
        test,
        key,
        ConditionValues.compile(test.operator(), values, variables),
        values.stream().map(Node.Scalar::text).toList());
  }

  private static Condition.Test test(String spelling, Position position)
      throws MalformedPolicyException {
    String name = spelling.toLowerCase(Locale.ROOT);
    SetQualifier qualifier = SetQualifier.NONE;
    for (SetQualifier candidate : List.of(SetQualifier.FOR_ALL, SetQualifier.FOR_ANY)) {
      if (name.startsWith(candidate.prefix())) {
        qualifier = candidate;
      }
    }
    name = name.substring(qualifier.prefix().length());
    boolean ifExists = name.endsWith(IF_EXISTS);
    if (ifExists) {
      name = name.substring(0, name.length() - IF_EXISTS.length());
    }
    ConditionOperator operator =
        ConditionOperator.of(name).orElseThrow(() -> unknown(spelling, position));
    if (operator == ConditionOperator.NULL && (ifExists || qualifier != SetQualifier.NONE)) {
      throw unknown(spelling, position);
    }
    return new Condition.Test(spelling, qualifier, operator, ifExists);
  }

  private static MalformedPolicyException unknown(String spelling, Position position) {
    return MalformedPolicyException.syntax(
        "Invalid condition operator " + MalformedPolicyException.quoted(spelling), position);
  }

  /** Numbers and booleans count as their text (spec/aws-api.md 4.2). */
  private static List<Node.Scalar> scalars(Node node) throws MalformedPolicyException {
    List<Node.Scalar> scalars = new ArrayList<>();
    for (Node one : StatementReader.listed(node)) {
      if (!(one instanceof Node.Scalar scalar)) {
        throw MalformedPolicyException.syntax(
            "A condition value must be a string, number or boolean", one.start());
      }
      scalars.add(scalar);
    }
    return scalars;
  }
}
