package dev.postern.server.service.ssm;

import dev.postern.wire.json.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One object of a document's content, asked member by member; what is not as asked for becomes a
 * finding. Names are compared exactly, unlike where agents read them. For one thread.
 *
 * @param node where it lies, for example {@code /inputs}; the root is the empty text
 */
record ContentObject(String node, Map<String, @Nullable Object> members, ContentFindings findings) {
  static ContentObject root(JsonObject content, ContentFindings findings) {
    return new ContentObject("", content.members(), findings);
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  String nodeOf(String name) {
    return node + "/" + name;
  }

  void fail(String name, String message) {
    findings.add(nodeOf(name), message);
  }

  /** It may have these members and no others. */
  void allow(Set<String> names) {
    List<String> others = members.keySet().stream().filter(name -> !names.contains(name)).toList();
    if (!others.isEmpty()) {
      findings.add(
          node,
          "object instance has properties which are not allowed by the schema: "
              + ContentFindings.quoted(others));
    }
  }

  /** It must have these members. */
  void require(String... names) {
    List<String> missing = List.of(names).stream().filter(name -> !has(name)).toList();
    if (!missing.isEmpty()) {
      findings.add(
          node, "object has missing required properties (" + ContentFindings.quoted(missing) + ")");
    }
  }

  /** A text; empty when it is absent, or no text, which is a finding. */
  Optional<String> text(String name) {
    return member(name, String.class, "string");
  }

  /** A text of so many characters. */
  Optional<String> text(String name, int lengthMin, int lengthMax) {
    Optional<String> text = text(name);
    text.ifPresent(given -> {
      int length = ContentFindings.codePoints(given);
      if (length > lengthMax) {
        fail(
            name,
            "string is too long (length: " + length + ", maximum allowed: " + lengthMax + ")");
      } else if (length < lengthMin) {
        fail(
            name,
            "string is too short (length: " + length + ", required minimum: " + lengthMin + ")");
      }
    });
    return text;
  }

  /** One of these texts. */
  Optional<String> oneOf(String name, List<String> values) {
    Optional<String> text = text(name);
    text.filter(given -> !values.contains(given))
        .ifPresent(given -> fail(name, notIn(given, values)));
    return text;
  }

  private static String notIn(String given, List<String> values) {
    return "instance value ("
        + ContentFindings.quoted(given)
        + ") not found in enum (possible values: "
        + ContentFindings.quoted(values)
        + ")";
  }

  /** A boolean and nothing that is only its name. */
  void bool(String name) {
    member(name, Boolean.class, "boolean");
  }

  /** A boolean, its name, or a placeholder for either. */
  void flag(String name) {
    Object value = members.get(name);
    if (value instanceof String text) {
      boolean named = Set.of("true", "false", "").contains(text.strip().toLowerCase(Locale.ROOT));
      if (!named && !DocumentPlaceholders.isIn(text)) {
        fail(name, notIn(text, List.of("true", "false")));
      }
    } else {
      bool(name);
    }
  }

  /** A whole number that is not negative; empty when it is absent or something else. */
  Optional<Long> count(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    Object value = members.get(name);
    if (value instanceof Long number && number >= 0) {
      return Optional.of(number);
    }
    if (value instanceof Long || value instanceof BigDecimal) {
      fail(name, "numeric instance is no whole number from 0 on");
    } else {
      mismatch(name, value, "integer");
    }
    return Optional.empty();
  }

  /** A list; empty when it is absent or something else. */
  Optional<List<?>> list(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    Object value = members.get(name);
    if (value instanceof List<?> list) {
      return Optional.of(list);
    }
    mismatch(name, value, "array");
    return Optional.empty();
  }

  /** An object inside this one; empty when it is absent or something else. */
  Optional<ContentObject> object(String name) {
    return member(name, JsonObject.class, "object")
        .map(found -> new ContentObject(nodeOf(name), found.members(), findings));
  }

  private <T> Optional<T> member(String name, Class<T> type, String allowed) {
    if (!has(name)) {
      return Optional.empty();
    }
    Object value = members.get(name);
    if (type.isInstance(value)) {
      return Optional.of(type.cast(value));
    }
    mismatch(name, value, allowed);
    return Optional.empty();
  }

  void mismatch(String name, @Nullable Object value, String allowed) {
    fail(
        name,
        "instance type ("
            + typeOf(value)
            + ") does not match any allowed primitive type (allowed: [\""
            + allowed
            + "\"])");
  }

  private static String typeOf(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String _ -> "string";
      case Boolean _ -> "boolean";
      case Long _ -> "integer";
      case BigDecimal _ -> "number";
      case List<?> _ -> "array";
      default -> "object";
    };
  }
}
