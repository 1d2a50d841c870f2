package dev.postern.server.service.ssm;

import dev.postern.wire.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a document says of one of its parameters. Immutable.
 *
 * @param byDefault a {@code String}, {@code Boolean} or list of texts, as the type says
 * @param allowedValues texts; empty where any is allowed
 * @param characters of each value
 * @param items of a list
 */
record ParameterDefinition(
    Type type,
    Optional<String> description,
    Optional<Object> byDefault,
    Optional<ParameterPattern> pattern,
    List<String> allowedValues,
    Bounds characters,
    Bounds items) {
  /** Parameters of one document (AWS's quota). */
  static final int PARAMETERS_MAX = 200;

  private static final Set<String> MEMBERS =
      Set.of(
          "type",
          "description",
          "default",
          "allowedPattern",
          "allowedValues",
          "minChars",
          "maxChars",
          "minItems",
          "maxItems",
          "displayType",
          "interpolationType");

  /** The types whose values a session can carry. */
  enum Type {
    STRING("String"),
    STRING_LIST("StringList"),
    BOOLEAN("Boolean");

    private final String shown;

    Type(String shown) {
      this.shown = shown;
    }

    /** As documents spell it. */
    String shown() {
      return shown;
    }

    static Optional<Type> of(String shown) {
      return List.of(values()).stream().filter(type -> type.shown.equals(shown)).findFirst();
    }
  }

  /** How few and how many; both are included. */
  record Bounds(long min, long max) {
    static final Bounds NONE = new Bounds(0, Long.MAX_VALUE);

    boolean contain(long number) {
      return min <= number && number <= max;
    }

    @Override
    public String toString() {
      return max == Long.MAX_VALUE ? "at least " + min : min + " to " + max;
    }
  }

  /** The parameters of a document by name; those that are no parameters become findings. */
  static Map<String, ParameterDefinition> readAll(ContentObject parameters) {
    if (parameters.members().size() > PARAMETERS_MAX) {
      parameters.findings().add(parameters.node(), "more than " + PARAMETERS_MAX + " parameters");
      return Map.of();
    }
    Map<String, ParameterDefinition> definitions = new LinkedHashMap<>();
    for (String name : parameters.members().keySet()) {
      if (!DocumentPlaceholders.NAME.matcher(name).matches()) {
        parameters.fail(name, "names of parameters have 1 to 255 letters and digits");
      }
      parameters
          .object(name)
          .flatMap(ParameterDefinition::read)
          .ifPresent(definition -> definitions.put(name, definition));
    }
    return definitions;
  }

  private static Optional<ParameterDefinition> read(ContentObject definition) {
    definition.allow(MEMBERS);
    definition.require("type");
    definition.oneOf("displayType", List.of("textfield", "textarea"));
    definition.oneOf("interpolationType", List.of("ENV_VAR"));
    List<String> types = List.of(Type.values()).stream().map(Type::shown).toList();
    Optional<Type> type = definition.oneOf("type", types).flatMap(Type::of);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    refuseWhatDoesNotApply(definition, type.get());
    ParameterDefinition read =
        new ParameterDefinition(
            type.get(),
            definition.text("description"),
            byDefault(definition, type.get()),
            pattern(definition),
            allowedValues(definition),
            bounds(definition, "minChars", "maxChars"),
            bounds(definition, "minItems", "maxItems"));
    read.byDefault
        .map(ParameterDefinition::texts)
        .flatMap(read::objection)
        .ifPresent(objection -> definition.fail("default", "the default " + objection));
    return Optional.of(read);
  }

  private static void refuseWhatDoesNotApply(ContentObject definition, Type type) {
    List<String> foreign =
        switch (type) {
          case STRING -> List.of("minItems", "maxItems");
          case STRING_LIST -> List.of();
          case BOOLEAN ->
              List.of(
                  "allowedPattern",
                  "allowedValues",
                  "minChars",
                  "maxChars",
                  "minItems",
                  "maxItems");
        };
    for (String name : foreign) {
      if (definition.has(name)) {
        definition.fail(name, "does not apply to parameters of type " + type.shown());
      }
    }
  }

  private static Optional<Object> byDefault(ContentObject definition, Type type) {
    if (!definition.has("default")) {
      return Optional.empty();
    }
    return switch (type) {
      case STRING -> definition.text("default").map(Object.class::cast);
      case STRING_LIST -> texts(definition, "default").map(Object.class::cast);
      case BOOLEAN -> {
        Object value = definition.members().get("default");
        if (value instanceof String text && bool(text).isPresent()) {
          yield bool(text).map(Object.class::cast);
        }
        definition.bool("default");
        yield value instanceof Boolean truth ? Optional.of(truth) : Optional.empty();
      }
    };
  }

  private static Optional<ParameterPattern> pattern(ContentObject definition) {
    return definition
        .text("allowedPattern")
        .flatMap(text -> {
          try {
            return Optional.of(ParameterPattern.compile(text));
          } catch (ParameterPattern.Malformed malformed) {
            definition.fail(
                "allowedPattern", "no pattern that can be used: " + malformed.getMessage());
            return Optional.empty();
          }
        });
  }

  private static List<String> allowedValues(ContentObject definition) {
    Optional<List<String>> values = texts(definition, "allowedValues");
    if (values.isPresent() && values.get().isEmpty()) {
      definition.fail("allowedValues", "an empty list allows nothing");
    }
    return values.orElse(List.of());
  }

  private static Optional<List<String>> texts(ContentObject definition, String name) {
    Optional<List<?>> list = definition.list(name);
    if (list.isEmpty()) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (Object element : list.get()) {
      if (element instanceof String text) {
        texts.add(text);
      } else {
        definition.mismatch(name, element, "string");
        return Optional.empty();
      }
    }
    return Optional.of(List.copyOf(texts));
  }

  private static Bounds bounds(ContentObject definition, String min, String max) {
    Bounds bounds =
        new Bounds(definition.count(min).orElse(0L), definition.count(max).orElse(Long.MAX_VALUE));
    if (bounds.min > bounds.max) {
      definition.fail(min, "is greater than " + max);
    }
    return bounds;
  }

  private static Optional<Boolean> bool(String text) {
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Optional.of(Boolean.valueOf(text));
    }
    return Optional.empty();
  }

  /** Values as callers give them: a list even of one. */
  private static List<String> texts(Object value) {
    return value instanceof Collection<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of(String.valueOf(value));
  }

  /** The default value as DescribeDocument shows it. */
  Optional<String> shownDefault() {
    return byDefault.map(
        value -> value instanceof List<?> list ? Json.write(list) : String.valueOf(value));
  }

  /** What these values break, to be read after the parameter's name; empty when they are right. */
  Optional<String> objection(List<String> values) {
    if (type != Type.STRING_LIST && values.size() != 1) {
      return Optional.of("must have exactly one value.");
    }
    if (type == Type.STRING_LIST && !items.contain(values.size())) {
      return Optional.of("must have " + items + " items.");
    }
    return values.stream().map(this::objection).flatMap(Optional::stream).findFirst();
  }

  private Optional<String> objection(String value) {
    if (type == Type.BOOLEAN && bool(value).isEmpty()) {
      return Optional.of("must be true or false.");
    }
    if (!allowedValues.isEmpty() && !allowedValues.contains(value)) {
      return Optional.of("is none of the allowed values.");
    }
    if (!characters.contain(ContentFindings.codePoints(value))) {
      return Optional.of("must have " + characters + " characters.");
    }
    if (pattern.isPresent() && !pattern.get().canTake(value)) {
      return Optional.of("is too long for its pattern.");
    }
    if (pattern.isPresent() && !pattern.get().matches(value)) {
      return Optional.of("does not match the pattern " + pattern.get() + ".");
    }
    return Optional.empty();
  }

  /** The value that a session gets; only for values without an {@link #objection}. */
  Object bound(List<String> values) {
    return switch (type) {
      case STRING -> values.getFirst();
      case STRING_LIST -> List.copyOf(values);
      case BOOLEAN -> Boolean.valueOf(values.getFirst());
    };
  }
}
