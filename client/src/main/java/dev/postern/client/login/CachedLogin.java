package dev.postern.client.login;

import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A login as it is kept on this machine. The text form hides the secrets.
 *
 * @param subject the person, within the issuer
 * @param arn of the session
 * @param refreshToken null when the provider gave none
 */
public record CachedLogin(
    LoginTerms terms,
    String subject,
    String arn,
    SessionCredentials credentials,
    @Nullable String refreshToken) {
  /** Of the file; a file with another one is of another version of this program. */
  private static final long FORMAT = 1;

  byte[] toJson() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("Format", FORMAT);
    members.put("Issuer", terms.issuer());
    members.put("ClientId", terms.clientId());
    members.put("RoleArn", terms.roleArn());
    members.put("Endpoint", terms.endpoint().toString());
    members.put("CaBundle", terms.caBundle() == null ? null : terms.caBundle().toString());
    members.put("DurationSeconds", terms.durationSeconds());
    members.put("Subject", subject);
    members.put("Arn", arn);
    members.put("AccessKeyId", credentials.accessKeyId());
    members.put("SecretAccessKey", credentials.secretAccessKey());
    members.put("SessionToken", credentials.sessionToken());
    members.put("Expiration", Timestamps.iso8601(credentials.expiration()));
    members.put("RefreshToken", refreshToken);
    return Json.write(members);
  }

  /**
   * Reads what {@link #toJson} writes.
   *
   * @throws IOException when it is anything else; nothing of it is repeated
   */
  static CachedLogin fromJson(byte[] json) throws IOException {
    try {
      Map<String, Object> members = Json.readObject(json);
      if (!Long.valueOf(FORMAT).equals(members.get("Format"))) {
        throw new IOException("it is of another version of postern");
      }
      String caBundle = optional(members, "CaBundle");
      Integer duration =
          members.get("DurationSeconds") instanceof Long seconds
              ? Integer.valueOf(Math.toIntExact(seconds))
              : null;
      return new CachedLogin(
          new LoginTerms(
              text(members, "Issuer"),
              text(members, "ClientId"),
              text(members, "RoleArn"),
              URI.create(text(members, "Endpoint")),
              caBundle == null ? null : Path.of(caBundle),
              duration),
          text(members, "Subject"),
          text(members, "Arn"),
          new SessionCredentials(
              text(members, "AccessKeyId"),
              text(members, "SecretAccessKey"),
              text(members, "SessionToken"),
              Timestamps.parseIso8601(text(members, "Expiration"))),
          optional(members, "RefreshToken"));
    } catch (MalformedJsonException | IllegalArgumentException | ArithmeticException _) {
      // The cause could repeat a value.
      throw new IOException("it cannot be read");
    }
  }

  private static String text(Map<String, Object> members, String name) throws IOException {
    String text = optional(members, name);
    if (text == null) {
      throw new IOException("it has no " + name);
    }
    return text;
  }

  private static @Nullable String optional(Map<String, Object> members, String name) {
    return members.get(name) instanceof String text ? text : null;
  }

  /** What the AWS CLI and SDKs read from a {@code credential_process}. */
  public String toCredentialProcess() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("Version", 1);
    members.put("AccessKeyId", credentials.accessKeyId());
    members.put("SecretAccessKey", credentials.secretAccessKey());
    members.put("SessionToken", credentials.sessionToken());
    members.put("Expiration", Timestamps.iso8601(credentials.expiration()));
    return Json.writeString(members);
  }

  @Override
  public String toString() {
    return "CachedLogin[" + arn + ", " + credentials + "]";
  }
}
