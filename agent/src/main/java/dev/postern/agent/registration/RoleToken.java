package dev.postern.agent.registration;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.sigv4.Credentials;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Temporary credentials of this node's role (spec/agent-service.md 1.3). */
record RoleToken(Credentials credentials, Instant retrieved, Instant expires) {
  static final String FILE = "credentials.json";

  /** From then on a new one should be had. */
  Instant halfLife() {
    return retrieved.plus(Duration.between(retrieved, expires).dividedBy(2));
  }

  boolean isUsable(Instant now) {
    return now.isBefore(expires);
  }

  static RoleToken of(Map<String, Object> answer, Instant now) throws IOException {
    return new RoleToken(
        new Credentials(
            text(answer, "AccessKeyId"),
            text(answer, "SecretAccessKey"),
            text(answer, "SessionToken")),
        now,
        seconds(answer, "TokenExpirationDate"));
  }

  /** What an earlier run left; nothing when it is for another node or unreadable. */
  static Optional<RoleToken> load(AgentDirectory directory, String instanceId) throws IOException {
    Optional<byte[]> content = directory.read(FILE);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      Map<String, Object> members = Json.readObject(content.get());
      if (!instanceId.equals(members.get("InstanceId"))) {
        return Optional.empty();
      }
      return Optional.of(
          new RoleToken(
              of(members, Instant.EPOCH).credentials(),
              seconds(members, "RetrievedDate"),
              seconds(members, "TokenExpirationDate")));
    } catch (MalformedJsonException | IOException unusable) {
      // New credentials are one call away, so a damaged copy is no loss.
      return Optional.empty();
    }
  }

  void save(AgentDirectory directory, String instanceId) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("InstanceId", instanceId);
    members.put("AccessKeyId", credentials.accessKeyId());
    members.put("SecretAccessKey", credentials.secretAccessKey());
    members.put("SessionToken", String.valueOf(credentials.sessionToken()));
    members.put("RetrievedDate", retrieved.getEpochSecond());
    members.put("TokenExpirationDate", expires.getEpochSecond());
    directory.write(FILE, Json.write(members));
  }

  private static String text(Map<String, Object> members, String name) throws IOException {
    if (members.get(name) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new IOException("the answer has no " + name);
  }

  private static Instant seconds(Map<String, Object> members, String name) throws IOException {
    return switch (members.get(name)) {
      case Long seconds -> Instant.ofEpochSecond(seconds);
      case BigDecimal seconds -> Instant.ofEpochSecond(seconds.longValue());
      case null, default -> throw new IOException("the answer has no " + name);
    };
  }
}
