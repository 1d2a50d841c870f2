package dev.postern.server.service;

import dev.postern.aws.Fault;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/**
 * Collects what is wrong with an input and refuses it with one {@code ValidationException} that
 * lists everything, in AWS's words (spec/aws-api.md 1.4). Owned by one thread.
 *
 * <pre>{@code
 * Constraints.of()
 *     .member("target", request.target()).required().length(1, 400)
 *     .secret("activationCode", code).required().length(20, 250)
 *     .verify();
 * }</pre>
 *
 * <p>Each check looks at the member named last and passes when that is absent; only {@link
 * #required} minds.
 */
public final class Constraints {
  /** Longer values are cut in the message, so that an answer never grows with its request. */
  static final int ECHO_CHARACTERS_MAX = 1024;

  /** Further violations are counted but not told. */
  static final int VIOLATIONS_TOLD_MAX = 20;

  private final List<String> violations = new ArrayList<>();
  private int violationCount;
  private String name = "";
  private @Nullable Object value;
  private boolean hidden;

  private Constraints() {}

  public static Constraints of() {
    return new Constraints();
  }

  /**
   * Turns to a member.
   *
   * @param memberName lowerCamelCase, with AWS's path for nested ones: {@code filters.1.member.key}
   * @param memberValue text, number, collection, map or null; the SDK's automatic empty collections
   *     count as null
   */
  public Constraints member(String memberName, @Nullable Object memberValue) {
    boolean absent =
        memberValue instanceof SdkAutoConstructList || memberValue instanceof SdkAutoConstructMap;
    this.name = memberName;
    this.value = absent ? null : memberValue;
    this.hidden = false;
    return this;
  }

  /** Turns to a member whose value no message may repeat. */
  public Constraints secret(String memberName, @Nullable Object memberValue) {
    member(memberName, memberValue);
    hidden = true;
    return this;
  }

  /** The member must be there. */
  public Constraints required() {
    return check(value != null, "Member must not be null");
  }

  /** Characters of a text, or elements of a collection or map. */
  public Constraints length(int min, int max) {
    Integer length = length();
    if (length != null) {
      check(length <= max, "Member must have length less than or equal to " + max);
      check(length >= min, "Member must have length greater than or equal to " + min);
    }
    return this;
  }

  private @Nullable Integer length() {
    return switch (value) {
      case null -> null;
      case String text -> text.codePointCount(0, text.length());
      case Collection<?> elements -> elements.size();
      case Map<?, ?> entries -> entries.size();
      default -> throw new IllegalArgumentException(name + " has no length");
    };
  }

  /** The whole text must match. Patterns must not backtrack without bound. */
  public Constraints pattern(Pattern pattern) {
    if (value instanceof String text) {
      check(
          pattern.matcher(text).matches(),
          "Member must satisfy regular expression pattern: " + pattern.pattern());
    }
    return this;
  }

  /** The text must be one of these. */
  public Constraints oneOf(Collection<String> allowed) {
    if (value instanceof String text) {
      check(
          allowed.contains(text),
          "Member must satisfy enum value set: [" + String.join(", ", allowed) + "]");
    }
    return this;
  }

  /** The number must lie between these, both included. */
  public Constraints range(long min, long max) {
    if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      check(
          exact.compareTo(BigDecimal.valueOf(max)) <= 0,
          "Member must have value less than or equal to " + max);
      check(
          exact.compareTo(BigDecimal.valueOf(min)) >= 0,
          "Member must have value greater than or equal to " + min);
    }
    return this;
  }

  /** A rule that AWS has no phrase for. */
  public Constraints check(boolean holds, String rule) {
    if (!holds) {
      violationCount++;
      if (violations.size() < VIOLATIONS_TOLD_MAX) {
        violations.add(
            "Value " + shown() + "at '" + name + "' failed to satisfy constraint: " + rule);
      }
    }
    return this;
  }

  private String shown() {
    if (hidden) {
      return "";
    }
    if (value == null) {
      return "null ";
    }
    String text = String.valueOf(value);
    if (text.length() > ECHO_CHARACTERS_MAX) {
      int end = ECHO_CHARACTERS_MAX;
      text = text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
      text += "...";
    }
    return "'" + text + "' ";
  }

  /** Throws the fault when anything was violated. */
  public void verify() {
    if (violationCount > 0) {
      throw new Fault(
          "ValidationException",
          400,
          violationCount
              + (violationCount == 1 ? " validation error" : " validation errors")
              + " detected: "
              + String.join("; ", violations));
    }
  }
}
