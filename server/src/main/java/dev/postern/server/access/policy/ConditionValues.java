package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The values that a condition lists for one key, read once for their operator. */
sealed interface ConditionValues {
  /** What a value of the request is to the values listed. */
  enum Match {
    SOME,
    NONE,
    /** One of them is no number or date: neither the operator nor its negation holds. */
    INCOMPARABLE;

    static Match of(boolean some) {
      return some ? SOME : NONE;
    }
  }

  Match match(String value, RequestContext context);

  /** The keys that variables among the values ask for. */
  default Stream<String> variableNames() {
    return Stream.empty();
  }

  static ConditionValues compile(
      ConditionOperator operator, List<Node.Scalar> values, boolean variables)
      throws MalformedPolicyException {
    return switch (operator.family()) {
      case STRING -> texts(values, TextPattern.Syntax.of(false, variables), false);
      case STRING_IGNORING_CASE -> texts(values, TextPattern.Syntax.of(false, variables), true);
      case STRING_LIKE -> texts(values, TextPattern.Syntax.of(true, variables), false);
      case ARN -> {
        List<ArnPattern> patterns = new ArrayList<>();
        for (Node.Scalar value : values) {
          patterns.add(ArnPattern.compile(value.text(), variables, value.start()));
        }
        yield new Arns(patterns);
      }
      case NUMERIC -> ordered(values, operator, ScalarValues::number);
      case DATE -> ordered(values, operator, ScalarValues::date);
      case BOOL -> new Equal<>(read(values, ScalarValues::bool), ScalarValues::bool);
      case BINARY -> new Equal<>(read(values, ScalarValues::binary), ScalarValues::binary);
      case ADDRESS -> new Addresses(read(values, AddressRange::parse));
    };
  }

  private static Texts texts(
      List<Node.Scalar> values, TextPattern.Syntax syntax, boolean ignoringCase)
      throws MalformedPolicyException {
    List<TextPattern> patterns = new ArrayList<>();
    for (Node.Scalar value : values) {
      patterns.add(TextPattern.compile(value.text(), syntax, value.start()));
    }
    return new Texts(patterns, ignoringCase);
  }

  private static <T extends Comparable<T>> Ordered<T> ordered(
      List<Node.Scalar> values, ConditionOperator operator, Function<String, @Nullable T> reading) {
    List<T> listed = read(values, reading);
    return new Ordered<>(listed, listed.size() == values.size(), operator.relation(), reading);
  }

  /** What cannot be read is left out, since nothing can be equal to it. */
  private static <T> List<T> read(List<Node.Scalar> values, Function<String, @Nullable T> reading) {
    List<T> read = new ArrayList<>();
    for (Node.Scalar value : values) {
      T one = reading.apply(value.text());
      if (one != null) {
        read.add(one);
      }
    }
    return read;
  }

  /** The string operators. */
  record Texts(List<TextPattern> patterns, boolean ignoringCase) implements ConditionValues {
    @Override
    public Match match(String value, RequestContext context) {
      for (TextPattern pattern : patterns) {
        if (ignoringCase
            ? pattern.equalsIgnoringCase(value, context)
            : pattern.matches(value, context)) {
          return Match.SOME;
        }
      }
      return Match.NONE;
    }

    @Override
    public Stream<String> variableNames() {
      return patterns.stream().flatMap(pattern -> pattern.variableNames().stream());
    }
  }

  /** The ARN operators, which match part by part as resources do. */
  record Arns(List<ArnPattern> patterns) implements ConditionValues {
    @Override
    public Match match(String value, RequestContext context) {
      var arn = new ArnText(value);
      for (ArnPattern pattern : patterns) {
        if (pattern.matches(arn, context, EquivalentAccounts.NONE)) {
          return Match.SOME;
        }
      }
      return Match.NONE;
    }

    @Override
    public Stream<String> variableNames() {
      return patterns.stream().flatMap(ArnPattern::variableNames);
    }
  }

  /** Numbers and dates. */
  record Ordered<T extends Comparable<T>>(
      List<T> values,
      boolean complete,
      ConditionOperator.Relation relation,
      Function<String, @Nullable T> reading)
      implements ConditionValues {
    @Override
    public Match match(String value, RequestContext context) {
      T had = reading.apply(value);
      if (had == null) {
        return Match.INCOMPARABLE;
      }
      for (T wanted : values) {
        if (relation.holds(had.compareTo(wanted))) {
          return Match.SOME;
        }
      }
      return complete ? Match.NONE : Match.INCOMPARABLE;
    }
  }

  /** Booleans and binary values. */
  record Equal<T>(List<T> values, Function<String, @Nullable T> reading)
      implements ConditionValues {
    @Override
    public Match match(String value, RequestContext context) {
      T had = reading.apply(value);
      return Match.of(had != null && values.contains(had));
    }
  }

  /** The address operators. What is no address lies in no range. */
  record Addresses(List<AddressRange> ranges) implements ConditionValues {
    @Override
    public Match match(String value, RequestContext context) {
      AddressRange address = AddressRange.parse(value);
      if (address == null) {
        return Match.NONE;
      }
      for (AddressRange range : ranges) {
        if (range.contains(address)) {
          return Match.SOME;
        }
      }
      return Match.NONE;
    }
  }
}
