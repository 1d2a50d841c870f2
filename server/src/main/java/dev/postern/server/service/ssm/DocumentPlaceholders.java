package dev.postern.server.service.ssm;

import dev.postern.wire.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code {{ name }}} in a document's texts. The node replaces them; here they are only looked for,
 * but for the few inputs that the service itself obeys. Braces around anything that cannot be a
 * parameter's name, as in {@code docker ps --format '{{.Names}}'}, are text.
 */
final class DocumentPlaceholders {
  /** As agents accept names of parameters. */
  static final Pattern NAME = Pattern.compile("[a-zA-Z0-9]{1,255}");

  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\{\\{\\s*+([a-zA-Z0-9]++)\\s*+\\}\\}");
  private static final Pattern STORED = Pattern.compile("\\{\\{\\s*+ssm(?:-secure)?:");

  private DocumentPlaceholders() {}

  static boolean isIn(String text) {
    return PLACEHOLDER.matcher(text).find();
  }

  /** Whether a text asks for a parameter of Parameter Store, which this server does not have. */
  static boolean isStoredIn(String text) {
    return STORED.matcher(text).find();
  }

  /** Looks at every text in a value, at any depth, for placeholders that nothing can replace. */
  static void check(
      String node,
      @Nullable Object value,
      Map<String, ParameterDefinition> parameters,
      ContentFindings findings) {
    switch (value) {
      case String text -> checkText(node, text, parameters, findings);
      case JsonObject object ->
          object
              .members()
              .forEach((name, member) -> check(node + "/" + name, member, parameters, findings));
      case List<?> list -> list.forEach(element -> check(node, element, parameters, findings));
      case null, default -> {}
    }
  }

  private static void checkText(
      String node,
      String text,
      Map<String, ParameterDefinition> parameters,
      ContentFindings findings) {
    if (isStoredIn(text)) {
      findings.add(node, "parameters of Parameter Store cannot be used on this server");
    }
    Matcher placeholder = PLACEHOLDER.matcher(text);
    while (placeholder.find()) {
      String name = placeholder.group(1);
      if (!parameters.containsKey(name)) {
        findings.add(node, "Parameter " + ContentFindings.quoted(name) + " is not declared.");
      }
    }
  }

  /** The text with its placeholders replaced; those without a value stay. */
  static String fill(String text, JsonObject values) {
    var filled = new StringBuilder();
    Matcher placeholder = PLACEHOLDER.matcher(text);
    while (placeholder.find()) {
      Object value = values.members().get(placeholder.group(1));
      placeholder.appendReplacement(
          filled,
          Matcher.quoteReplacement(value == null ? placeholder.group() : String.valueOf(value)));
    }
    return placeholder.appendTail(filled).toString();
  }
}
