package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session's node has to observe: who runs the session, and whether it is recorded and
 * encrypted. A document that says nothing of it, as the shipped ones for commands, is run under the
 * account's preferences: else naming it would be the way around them. Port sessions are neither
 * recorded nor encrypted by anyone, and run as nobody (spec/data-channel.md 6.1).
 */
final class InputsInForce {
  private InputsInForce() {}

  /**
   * The document as the node gets it.
   *
   * @throws Fault {@code InvalidParameters} when the preferences want a parameter that nobody can
   *     give here
   */
  static DocumentContent of(SessionDocument document, SessionDocument preferences) {
    DocumentContent content = document.content();
    if (content.sessionType().equals(SessionType.PORT) || !content.inputs().members().isEmpty()) {
      return content;
    }
    JsonObject inputs = preferences.content().inputs();
    return new DocumentContent(
        content.schemaVersion(),
        content.description(),
        content.sessionType(),
        preferences.parameters().isEmpty() ? inputs : filled(inputs, preferences.bind(Map.of())),
        content.parameters(),
        content.properties());
  }

  /** The document's own parameters are none of the preferences'. */
  private static JsonObject filled(JsonObject inputs, JsonObject values) {
    Map<String, @Nullable Object> filled = new LinkedHashMap<>();
    inputs
        .members()
        .forEach((name, value) ->
            filled.put(
                name,
                switch (value) {
                  case String text -> DocumentPlaceholders.fill(text, values);
                  case JsonObject object -> filled(object, values);
                  case null, default -> value;
                }));
    return new JsonObject(filled);
  }
}
