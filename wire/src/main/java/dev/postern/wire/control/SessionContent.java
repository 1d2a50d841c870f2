package dev.postern.wire.control;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;

/**
 * What a node must know to run a session (spec/agent-service.md 3.5).
 *
 * @param sessionOwner the caller's ARN
 * @param runAsUser from the caller's SSMSessionRunAs tag; beats the document's default user
 * @param parameters values by name for the placeholders in the document
 */
public record SessionContent(
    String documentName,
    String sessionId,
    String sessionOwner,
    String runAsUser,
    JsonObject parameters,
    DocumentContent documentContent)
    implements JsonText {

  static SessionContent parse(JsonObject json) throws MalformedMessageException {
    return new SessionContent(
        json.string("DocumentName"),
        json.string("SessionId"),
        json.string("SessionOwner"),
        json.string("RunAsUser"),
        json.objectOrEmpty("Parameters"),
        DocumentContent.parse(json.objectOrEmpty("DocumentContent")));
  }

  @Override
  public String toJson() {
    return JsonObject.builder()
        .put("DocumentName", documentName)
        .put("SessionId", sessionId)
        .put("SessionOwner", sessionOwner)
        .put("RunAsUser", runAsUser)
        .put("Parameters", parameters)
        .put("DocumentContent", documentContent.toJsonObject())
        .toJson();
  }
}
