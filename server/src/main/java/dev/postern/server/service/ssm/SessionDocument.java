package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentRecord;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One version of a session document, schema 1.0 (spec/aws-api.md 2.4).
 *
 * @param ownedByAmazon whether it ships with the product instead of belonging to the account
 * @param content as nodes get it
 * @param parameters the definitions of its parameters by name
 */
record SessionDocument(
    DocumentRecord record,
    boolean ownedByAmazon,
    DocumentContent content,
    Map<String, ParameterDefinition> parameters) {

  static SessionDocument of(DocumentRecord record, boolean ownedByAmazon) {
    JsonObject json = DocumentText.of(record).read();
    try {
      return new SessionDocument(
          record, ownedByAmazon, DocumentContent.parse(json), SessionSchema.parameters(json));
    } catch (MalformedMessageException malformed) {
      throw new IllegalStateException(
          "document " + record.name() + " is stored malformed", malformed);
    }
  }

  String name() {
    return record.name();
  }

  /** The version's number as text. */
  String version() {
    return Long.toString(record.version());
  }

  /**
   * Checks a call's parameters against their definitions and fills in defaults (spec/aws-api.md 2.1
   * step 4).
   *
   * @throws Fault {@code InvalidParameters}
   */
  JsonObject bind(Map<String, List<String>> given) {
    for (String name : given.keySet()) {
      if (!parameters.containsKey(name)) {
        throw invalid(
            "Parameter "
                + ContentFindings.quoted(name)
                + " is not defined by document "
                + name()
                + ".");
      }
    }
    var bound = new LinkedHashMap<String, Object>();
    parameters.forEach(
        (name, definition) -> bound.put(name, bind(name, definition, given.get(name))));
    var values = new JsonObject(bound);
    requireSize(values);
    return values;
  }

  private static Object bind(
      String name, ParameterDefinition definition, @Nullable List<String> given) {
    if (given == null) {
      return definition
          .byDefault()
          .orElseThrow(() -> invalid("Parameter \"" + name + "\" requires a value."));
    }
    Optional<String> objection = definition.objection(given);
    if (objection.isPresent()) {
      throw invalid("Parameter \"" + name + "\" " + objection.get());
    }
    return definition.bound(given);
  }

  /** AWS's quota of a document's size includes what its parameters bring in. */
  private void requireSize(JsonObject values) {
    if (values.members().isEmpty()) {
      return;
    }
    int bytes = Json.write(content.toJsonObject()).getBytes(UTF_8).length;
    bytes += Json.write(values).getBytes(UTF_8).length;
    if (bytes > DocumentText.BYTES_MAX) {
      throw invalid("The size limit of a document with its parameters is 64 KB.");
    }
  }

  /**
   * The document as one session has it: the inputs that the service obeys are filled in. The node
   * fills in the others.
   *
   * @param bound by {@link #bind}
   * @throws Fault {@code InvalidParameters} when they become something that they must not be
   */
  SessionDocument filled(JsonObject bound) {
    Map<String, @Nullable Object> inputs = new LinkedHashMap<>(content.inputs().members());
    for (String name : List.of(SessionInputRules.IDLE_TIMEOUT, SessionInputRules.MAX_DURATION)) {
      if (inputs.get(name) instanceof String text && DocumentPlaceholders.isIn(text)) {
        inputs.put(name, DocumentPlaceholders.fill(text, bound));
      }
    }
    if (inputs.equals(content.inputs().members())) {
      return this;
    }
    var findings = new ContentFindings();
    SessionInputRules.checkFilled(new ContentObject("/inputs", inputs, findings));
    if (!findings.isEmpty()) {
      throw invalid(findings.text());
    }
    var filled =
        new DocumentContent(
            content.schemaVersion(),
            content.description(),
            content.sessionType(),
            new JsonObject(inputs),
            content.parameters(),
            content.properties());
    return new SessionDocument(record, ownedByAmazon, filled, parameters);
  }

  /** Minutes as the document spells them; null where it sets none. */
  @Nullable String maxSessionDuration() {
    return minutes(SessionInputRules.MAX_DURATION);
  }

  /** Minutes as the document spells them; null where it sets none. */
  @Nullable String idleSessionTimeout() {
    return minutes(SessionInputRules.IDLE_TIMEOUT);
  }

  private @Nullable String minutes(String input) {
    return content.inputs().value(input) instanceof String text && !text.isEmpty() ? text : null;
  }

  private static Fault invalid(String message) {
    return new Fault("InvalidParameters", 400, message);
  }
}
