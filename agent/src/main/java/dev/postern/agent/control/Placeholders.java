package dev.postern.agent.control;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code {{ name }}} in a document by the session's parameters or their defaults
 * (spec/agent-service.md 3.5). What comes in is never looked at again, so a value cannot smuggle in
 * another placeholder. Names without a value stay as they are. Immutable.
 */
final class Placeholders {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_:./-]+)\\s*}}");
  private static final String STORED_PARAMETER = "ssm:";

  private final Map<String, String> values;

  private Placeholders(Map<String, String> values) {
    this.values = values;
  }

  /**
   * The values that hold in one session.
   *
   * @param definitions of the document
   * @param given by the caller; may name what the document does not define
   */
  static Placeholders of(JsonObject definitions, JsonObject given)
      throws SessionRefusedException, MalformedMessageException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : definitions.members().keySet()) {
      JsonObject definition = definitions.objectOrEmpty(name);
      if (definition.string("interpolationType").equals("ENV_VAR")) {
        throw new SessionRefusedException(
            "parameter " + name + " is to be passed as a variable, which this agent cannot do");
      }
      Object value = definition.value("default");
      if (value != null) {
        values.put(name, text(name, value));
      }
    }
    for (Map.Entry<String, @Nullable Object> member : given.members().entrySet()) {
      Object value = member.getValue();
      if (value != null) {
        values.put(member.getKey(), text(member.getKey(), value));
      }
    }
    return new Placeholders(values);
  }

  /** A copy of the object with all its texts filled in, at every depth. */
  JsonObject fill(JsonObject object) throws SessionRefusedException {
    Map<String, @Nullable Object> filled = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable Object> member : object.members().entrySet()) {
      filled.put(member.getKey(), fillValue(member.getValue()));
    }
    return new JsonObject(filled);
  }

  private @Nullable Object fillValue(@Nullable Object value) throws SessionRefusedException {
    return switch (value) {
      case String text -> fill(text);
      case JsonObject object -> fill(object);
      case null, default -> value;
    };
  }

  String fill(String text) throws SessionRefusedException {
    StringBuilder filled = new StringBuilder();
    Matcher placeholder = PLACEHOLDER.matcher(text);
    while (placeholder.find()) {
      String name = placeholder.group(1);
      if (name.startsWith(STORED_PARAMETER)) {
        throw new SessionRefusedException(
            "the document refers to the stored parameter "
                + name.substring(STORED_PARAMETER.length())
                + ", which this agent does not resolve");
      }
      String value = values.getOrDefault(name, placeholder.group());
      placeholder.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return placeholder.appendTail(filled).toString();
  }

  /** Callers give lists even for single texts; the lines of a longer list become lines. */
  private static String text(String name, Object value) throws SessionRefusedException {
    return switch (value) {
      case String text -> text;
      case Boolean truth -> truth.toString();
      case Long number -> number.toString();
      case BigDecimal number -> number.toPlainString();
      case List<?> list -> {
        StringBuilder lines = new StringBuilder();
        for (Object element : list) {
          if (!lines.isEmpty()) {
            lines.append('\n');
          }
          lines.append(element == null ? "" : text(name, element));
        }
        yield lines.toString();
      }
      default ->
          throw new SessionRefusedException("parameter " + name + " is neither text nor a list");
    };
  }
}
