package dev.postern.server.access;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.server.store.SessionContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a permit was given for, kept for as long as what it permitted goes on, so that the same can
 * be asked again later: who called, what was asked, and the condition keys of that moment.
 */
record StandingPermit(Caller caller, Question question, Map<String, List<String>> keys) {
  static StandingPermit of(Permit permit) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    permit.context().names().forEach(name -> keys.put(name, permit.context().values(name)));
    return new StandingPermit(permit.caller(), permit.question(), keys);
  }

  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("caller", callerJson());
    json.put("checks", checksJson(question.checks()));
    json.put(
        "alternatives", question.alternatives().stream().map(StandingPermit::checksJson).toList());
    json.put("lenient", checksJson(question.lenient()));
    json.put("keys", keys);
    return Json.writeString(json);
  }

  private Map<String, Object> callerJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (caller) {
      case Caller.User user -> {
        json.put("user", user.name());
        json.put("keyId", user.keyId());
      }
      case Caller.RoleSession session -> {
        json.put("role", session.roleName());
        json.put("roleArn", session.roleArn());
        json.put("session", session.sessionName());
        json.put("keyId", session.keyId());
        session.instanceId().ifPresent(id -> json.put("instanceId", id));
      }
      case Caller.NodeKey _, Caller.Anonymous _ ->
          throw new IllegalArgumentException("only people and roles have standing permits");
    }
    json.put("arn", caller.arn());
    json.put("userId", caller.userId());
    caller
        .temporary()
        .ifPresent(temporary -> {
          json.put("issuedAt", temporary.issuedAt().toEpochMilli());
          json.put("context", temporary.context().toJson());
        });
    return json;
  }

  private static List<Map<String, Object>> checksJson(List<Question.Check> checks) {
    return checks.stream()
        .<Map<String, Object>>map(check ->
            Map.of(
                "action", check.action(),
                "resource", check.resource(),
                "keys", check.conditionKeys()))
        .toList();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  static StandingPermit parse(String text) {
    try {
      Map<String, Object> json = Json.readObject(text);
      List<List<Question.Check>> alternatives = new ArrayList<>();
      list(json.get("alternatives")).forEach(checks -> alternatives.add(checks(checks)));
      Question question =
          new Question(
              checks(json.get("checks")),
              alternatives,
              checks(json.get("lenient")),
              Question.Proof.ACCESS_KEY);
      return new StandingPermit(caller(map(json.get("caller"))), question, keys(json.get("keys")));
    } catch (MalformedJsonException | ClassCastException damaged) {
      throw new IllegalArgumentException("no standing permit", damaged);
    }
  }

  private static Caller caller(Map<?, ?> json) {
    Optional<Caller.Temporary> temporary =
        Optional.ofNullable((String) json.get("context"))
            .map(context ->
                new Caller.Temporary(
                    Instant.ofEpochMilli(number(json, "issuedAt")), SessionContext.parse(context)));
    String keyId = text(json, "keyId");
    if (json.get("user") instanceof String name) {
      return new Caller.User(text(json, "arn"), text(json, "userId"), name, keyId, temporary);
    }
    return new Caller.RoleSession(
        text(json, "arn"),
        text(json, "userId"),
        text(json, "roleArn"),
        text(json, "role"),
        text(json, "session"),
        keyId,
        Optional.ofNullable((String) json.get("instanceId")),
        temporary);
  }

  private static List<Question.Check> checks(@Nullable Object json) {
    List<Question.Check> checks = new ArrayList<>();
    for (Object element : list(json)) {
      Map<?, ?> check = map(element);
      checks.add(
          new Question.Check(
              text(check, "action"), text(check, "resource"), keys(check.get("keys"))));
    }
    return checks;
  }

  private static Map<String, List<String>> keys(@Nullable Object json) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    map(json)
        .forEach((name, values) ->
            keys.put((String) name, list(values).stream().map(String.class::cast).toList()));
    return keys;
  }

  private static List<?> list(@Nullable Object json) {
    if (json instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("a standing permit without a list");
  }

  private static Map<?, ?> map(@Nullable Object json) {
    if (json instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("a standing permit without an object");
  }

  private static long number(Map<?, ?> json, String name) {
    if (json.get(name) instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("a standing permit without " + name);
  }

  private static String text(Map<?, ?> json, String name) {
    if (json.get(name) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("a standing permit without " + name);
  }
}
