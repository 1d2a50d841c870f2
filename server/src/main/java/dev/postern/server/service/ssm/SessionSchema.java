package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Schema 1.0 of session documents: what their content must be (spec/aws-api.md 2.4). */
final class SessionSchema {
  private static final List<String> SESSION_TYPES =
      List.of(
          SessionType.STANDARD_STREAM,
          SessionType.INTERACTIVE_COMMANDS,
          SessionType.NON_INTERACTIVE_COMMANDS,
          SessionType.PORT);
  private static final Set<String> MEMBERS =
      Set.of("schemaVersion", "description", "sessionType", "inputs", "parameters", "properties");

  private SessionSchema() {}

  /**
   * Refuses content that no session could run by. The answer is its description.
   *
   * @throws Fault {@code InvalidDocumentContent} or {@code InvalidDocumentSchemaVersion}
   */
  static Optional<String> check(JsonObject json) {
    var findings = new ContentFindings();
    ContentObject content = ContentObject.root(json, findings);
    checkVersion(content);
    content.allow(MEMBERS);
    content.require("schemaVersion", "sessionType");
    Optional<String> description = content.text("description");
    Map<String, ParameterDefinition> parameters = parameters(content);
    checkInputs(content, parameters);
    content
        .oneOf("sessionType", SESSION_TYPES)
        .filter(SESSION_TYPES::contains)
        .ifPresent(type -> {
          if (type.equals(SessionType.STANDARD_STREAM)) {
            content.require("inputs");
          }
          SessionPropertyRules.check(content, type);
        });
    DocumentPlaceholders.check(
        "/properties", json.members().get("properties"), parameters, findings);
    checkDefaults(parameters, findings);
    findings.verify();
    return description;
  }

  private static void checkVersion(ContentObject content) {
    content
        .text("schemaVersion")
        .filter(version -> !version.equals(DocumentContent.SCHEMA_VERSION))
        .ifPresent(version -> {
          throw new Fault(
              "InvalidDocumentSchemaVersion",
              400,
              ContentFindings.cut(version)
                  + " is not a valid schema version for Session document type");
        });
  }

  private static void checkInputs(
      ContentObject content, Map<String, ParameterDefinition> parameters) {
    content
        .object("inputs")
        .ifPresent(inputs -> {
          SessionInputRules.check(inputs);
          DocumentPlaceholders.check(
              inputs.node(), new JsonObject(inputs.members()), parameters, content.findings());
        });
  }

  private static void checkDefaults(
      Map<String, ParameterDefinition> parameters, ContentFindings findings) {
    parameters.forEach((name, parameter) -> {
      if (parameter.shownDefault().filter(DocumentPlaceholders::isStoredIn).isPresent()) {
        findings.add(
            "/parameters/" + name, "parameters of Parameter Store cannot be used on this server");
      }
    });
  }

  /**
   * The parameters of content that was checked before.
   *
   * @throws Fault {@code InvalidDocumentContent} when it was checked by older rules
   */
  static Map<String, ParameterDefinition> parameters(JsonObject json) {
    var findings = new ContentFindings();
    Map<String, ParameterDefinition> parameters = parameters(ContentObject.root(json, findings));
    findings.verify();
    return parameters;
  }

  private static Map<String, ParameterDefinition> parameters(ContentObject content) {
    return content.object("parameters").map(ParameterDefinition::readAll).orElse(Map.of());
  }
}
