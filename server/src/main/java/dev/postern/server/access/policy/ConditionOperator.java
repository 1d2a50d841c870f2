package dev.postern.server.access.policy;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operators of conditions without their qualifiers and suffix (spec/aws-api.md 4.4). */
enum ConditionOperator {
  STRING_EQUALS("StringEquals", Family.STRING, false),
  STRING_NOT_EQUALS("StringNotEquals", Family.STRING, true),
  STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", Family.STRING_IGNORING_CASE, false),
  STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", Family.STRING_IGNORING_CASE, true),
  STRING_LIKE("StringLike", Family.STRING_LIKE, false),
  STRING_NOT_LIKE("StringNotLike", Family.STRING_LIKE, true),
  NUMERIC_EQUALS("NumericEquals", Family.NUMERIC, false),
  NUMERIC_NOT_EQUALS("NumericNotEquals", Family.NUMERIC, true),
  NUMERIC_LESS_THAN("NumericLessThan", Family.NUMERIC, Relation.LESS),
  NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", Family.NUMERIC, Relation.LESS_OR_EQUAL),
  NUMERIC_GREATER_THAN("NumericGreaterThan", Family.NUMERIC, Relation.GREATER),
  NUMERIC_GREATER_THAN_EQUALS(
      "NumericGreaterThanEquals", Family.NUMERIC, Relation.GREATER_OR_EQUAL),
  DATE_EQUALS("DateEquals", Family.DATE, false),
  DATE_NOT_EQUALS("DateNotEquals", Family.DATE, true),
  DATE_LESS_THAN("DateLessThan", Family.DATE, Relation.LESS),
  DATE_LESS_THAN_EQUALS("DateLessThanEquals", Family.DATE, Relation.LESS_OR_EQUAL),
  DATE_GREATER_THAN("DateGreaterThan", Family.DATE, Relation.GREATER),
  DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", Family.DATE, Relation.GREATER_OR_EQUAL),
  BOOL("Bool", Family.BOOL, false),
  BINARY_EQUALS("BinaryEquals", Family.BINARY, false),
  IP_ADDRESS("IpAddress", Family.ADDRESS, false),
  NOT_IP_ADDRESS("NotIpAddress", Family.ADDRESS, true),
  ARN_EQUALS("ArnEquals", Family.ARN, false),
  ARN_NOT_EQUALS("ArnNotEquals", Family.ARN, true),
  ARN_LIKE("ArnLike", Family.ARN, false),
  ARN_NOT_LIKE("ArnNotLike", Family.ARN, true),
  /** Asks for presence, not for a value. */
  NULL("Null", Family.BOOL, false);

  /** How values are read and compared. */
  enum Family {
    STRING,
    STRING_IGNORING_CASE,
    STRING_LIKE,
    NUMERIC,
    DATE,
    BOOL,
    BINARY,
    ADDRESS,
    ARN
  }

  /** Where the request's value lies, seen from the policy's. */
  enum Relation {
    EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    /** Whether the outcome of a comparison is of this kind. */
    boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case LESS -> comparison < 0;
        case LESS_OR_EQUAL -> comparison <= 0;
        case GREATER -> comparison > 0;
        case GREATER_OR_EQUAL -> comparison >= 0;
      };
    }
  }

  private static final Map<String, ConditionOperator> BY_NAME =
      Stream.of(values())
          .collect(
              Collectors.toUnmodifiableMap(
                  operator -> operator.spelling.toLowerCase(Locale.ROOT), Function.identity()));

  private final String spelling;
  private final Family family;
  private final Relation relation;
  private final boolean negated;

  ConditionOperator(String spelling, Family family, boolean negated) {
    this.spelling = spelling;
    this.family = family;
    this.relation = Relation.EQUAL;
    this.negated = negated;
  }

  ConditionOperator(String spelling, Family family, Relation relation) {
    this.spelling = spelling;
    this.family = family;
    this.relation = relation;
    this.negated = false;
  }

  static Optional<ConditionOperator> of(String lowerCasedName) {
    return Optional.ofNullable(BY_NAME.get(lowerCasedName));
  }

  Family family() {
    return family;
  }

  Relation relation() {
    return relation;
  }

  /** Whether it holds for a value that equals none of those listed. */
  boolean negated() {
    return negated;
  }
}
