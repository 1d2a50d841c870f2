package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * One version of a session document, schema 1.0 (spec/aws-api.md 2.4).
 *
 * @param version a number as text
 * @param ownedByAmazon whether it ships with the product instead of belonging to the account
 * @param text the JSON as stored
 * @param content the same, parsed
 */
record SessionDocument(
    String name,
    String version,
    boolean ownedByAmazon,
    Instant createdDate,
    String text,
    DocumentContent content) {

  /**
   * Checks a call's parameters against their definitions and fills in defaults (spec/aws-api.md 2.1
   * step 4).
   *
   * @throws Fault {@code InvalidParameters}
   */
  JsonObject bind(Map<String, List<String>> given) {
    Map<String, @Nullable Object> definitions = content.parameters().members();
    for (String name : given.keySet()) {
      if (!definitions.containsKey(name)) {
        throw invalid("Parameter \"" + name + "\" is not defined by document " + this.name + ".");
      }
    }
    var bound = new LinkedHashMap<String, Object>();
    definitions.forEach((name, definition) -> {
      if (!(definition instanceof JsonObject parameter)) {
        throw new IllegalStateException("a stored document has a parameter that is no object");
      }
      bound.put(name, bind(name, parameter, given.get(name)));
    });
    return new JsonObject(bound);
  }

  private Object bind(String name, JsonObject parameter, @Nullable List<String> given) {
    boolean isList = "StringList".equals(parameter.value("type"));
    if (given == null) {
      Object byDefault = parameter.value("default");
      if (byDefault == null) {
        throw invalid("Parameter \"" + name + "\" requires a value.");
      }
      return byDefault;
    }
    if (!isList && given.size() != 1) {
      throw invalid("Parameter \"" + name + "\" must have exactly one value.");
    }
    for (String value : given) {
      check(name, parameter, value);
    }
    return isList ? List.copyOf(given) : given.getFirst();
  }

  private static void check(String name, JsonObject parameter, String value) {
    if (parameter.value("allowedPattern") instanceof String pattern
        && !Pattern.compile(pattern).matcher(value).matches()) {
      throw invalid("Parameter \"" + name + "\" does not match the pattern " + pattern + ".");
    }
    if (parameter.value("allowedValues") instanceof List<?> values && !values.contains(value)) {
      throw invalid("Parameter \"" + name + "\" is none of the allowed values.");
    }
    if (parameter.value("minChars") instanceof Number min && value.length() < min.longValue()) {
      throw invalid("Parameter \"" + name + "\" has fewer than " + min + " characters.");
    }
    if (parameter.value("maxChars") instanceof Number max && value.length() > max.longValue()) {
      throw invalid("Parameter \"" + name + "\" has more than " + max + " characters.");
    }
  }

  /** Minutes as the document spells them; null where it sets none. */
  @Nullable String maxSessionDuration() {
    return content.inputs().value("maxSessionDuration") instanceof String minutes
            && !minutes.isEmpty()
        ? minutes
        : null;
  }

  /** The text as YAML. JSON is YAML already, so reading it as such keeps every value's type. */
  String yaml() {
    Object tree = new Load(LoadSettings.builder().build()).loadFromString(text);
    return new Dump(
            DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setIndent(2).build())
        .dumpToString(tree);
  }

  static SessionDocument parse(
      String name, String version, boolean ownedByAmazon, Instant createdDate, String text) {
    try {
      return new SessionDocument(
          name,
          version,
          ownedByAmazon,
          createdDate,
          text,
          DocumentContent.parse(Json.readObject(text)));
    } catch (MalformedMessageException malformed) {
      throw new IllegalStateException("document " + name + " is stored malformed", malformed);
    }
  }

  private static Fault invalid(String message) {
    return new Fault("InvalidParameters", 400, message);
  }
}
