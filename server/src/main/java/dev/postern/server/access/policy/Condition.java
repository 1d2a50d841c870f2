package dev.postern.server.access.policy;

import java.util.List;
import java.util.stream.Stream;

/**
 * One operator on one key of a Condition block, with the values listed for it (spec/aws-api.md
 * 4.4).
 */
final class Condition {
  /**
   * How an operator was written.
   *
   * @param spelling as the policy has it
   */
  record Test(
      String spelling, SetQualifier qualifier, ConditionOperator operator, boolean ifExists) {}

  private final Test test;
  private final String key;
  private final String lowerCasedKey;
  private final ConditionValues values;
  private final List<String> sources;

  Condition(Test test, String key, ConditionValues values, List<String> sources) {
    this.test = test;
    this.key = key;
    this.lowerCasedKey = RequestContext.lowerCased(key);
    this.values = values;
    this.sources = List.copyOf(sources);
  }

  boolean holds(RequestContext context) {
    List<String> had = context.valuesOf(lowerCasedKey);
    if (test.operator() == ConditionOperator.NULL) {
      return values.match(Boolean.toString(had.isEmpty()), context) == ConditionValues.Match.SOME;
    }
    if (had.isEmpty() && test.ifExists()) {
      return true;
    }
    boolean forAll = demandsAll();
    for (int i = 0; i < had.size(); i++) {
      if (holdsFor(had.get(i), context) != forAll) {
        return !forAll;
      }
    }
    return forAll;
  }

  /**
   * Whether the operator must hold for each value, which it does when there are none. Without
   * qualifier one value is expected; of several, a negation must hold for each.
   */
  private boolean demandsAll() {
    return switch (test.qualifier()) {
      case NONE -> test.operator().negated();
      case FOR_ALL -> true;
      case FOR_ANY -> false;
    };
  }

  private boolean holdsFor(String value, RequestContext context) {
    return switch (values.match(value, context)) {
      case SOME -> !test.operator().negated();
      case NONE -> test.operator().negated();
      case INCOMPARABLE -> false;
    };
  }

  /** The operator as the policy has it, with qualifier and suffix. */
  String operator() {
    return test.spelling();
  }

  /** The key as the policy has it. */
  String key() {
    return key;
  }

  List<String> sources() {
    return sources;
  }

  Stream<String> contextKeys() {
    return Stream.concat(Stream.of(key), values.variableNames());
  }
}
