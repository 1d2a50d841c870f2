package dev.postern.aws.credentials;

import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.sigv4.Credentials;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds credentials in the AWS CLI's order: the environment (unless a profile was named on the
 * command line), the shared credentials file, {@code credential_process}, the config file. Roles to
 * assume and single sign-on are refused, not passed over: other credentials than the ones asked for
 * would be worse than none. Safe for use by many threads.
 */
public final class CredentialChain implements CredentialsSource {
  /** How long before their end credentials of a process are asked for anew. */
  public static final Duration REFRESH_BEFORE = Duration.ofMinutes(5);

  private static final List<String> UNSUPPORTED =
      List.of("role_arn", "sso_session", "sso_start_url", "web_identity_token_file");

  private final Profile profile;
  private final ProcessRunner processes;
  private final InstantSource clock;

  private @Nullable Credentials fromProcess;
  private @Nullable Instant fromProcessUntil;

  public CredentialChain(Profile profile, ProcessRunner processes, InstantSource clock) {
    this.profile = profile;
    this.processes = processes;
    this.clock = clock;
  }

  @Override
  public synchronized Credentials resolve() throws IOException {
    Credentials found = null;
    if (!profile.isExplicit()) {
      Map<String, String> environment = profile.environment();
      found =
          keys(
              environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
              environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
              environment.getOrDefault("AWS_SESSION_TOKEN", ""),
              "the environment");
    }
    if (found == null) {
      refuseUnsupported();
      found = keys(profile.credentialsFile(), "the shared credentials file");
    }
    if (found == null) {
      found = ofProcess();
    }
    if (found == null) {
      found = keys(profile.configFile(), "the config file");
    }
    if (found == null) {
      throw new IOException(
          "Unable to locate credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or"
              + " AWS_PROFILE to a profile that has them");
    }
    return found;
  }

  private void refuseUnsupported() throws IOException {
    for (String key : UNSUPPORTED) {
      if (profile.configFile().containsKey(key) || profile.credentialsFile().containsKey(key)) {
        throw new IOException(
            "profile "
                + profile.name()
                + " uses "
                + key
                + ", which is not supported here; use credential_process = aws configure"
                + " export-credentials --profile "
                + profile.name());
      }
    }
  }

  private @Nullable Credentials keys(Map<String, String> section, String where) throws IOException {
    return keys(
        section.getOrDefault("aws_access_key_id", ""),
        section.getOrDefault("aws_secret_access_key", ""),
        section.getOrDefault("aws_session_token", ""),
        where + ", profile " + profile.name());
  }

  private static @Nullable Credentials keys(
      String accessKeyId, String secretAccessKey, String sessionToken, String where)
      throws IOException {
    if (accessKeyId.isBlank()) {
      return null;
    }
    if (secretAccessKey.isBlank()) {
      throw new IOException("Partial credentials found in " + where + ": no secret access key");
    }
    return credentials(accessKeyId, secretAccessKey, sessionToken, where);
  }

  private static Credentials credentials(
      String accessKeyId, String secretAccessKey, String sessionToken, String where)
      throws IOException {
    try {
      String token = sessionToken.isBlank() ? null : sessionToken.strip();
      return new Credentials(accessKeyId.strip(), secretAccessKey.strip(), token);
    } catch (IllegalArgumentException malformed) {
      throw new IOException("Credentials in " + where + " cannot be used", malformed);
    }
  }

  private @Nullable Credentials ofProcess() throws IOException {
    String commandLine = profile.configFile().get("credential_process");
    commandLine =
        commandLine == null ? profile.credentialsFile().get("credential_process") : commandLine;
    if (commandLine == null || commandLine.isBlank()) {
      return null;
    }
    Instant now = clock.instant();
    boolean fresh =
        fromProcessUntil == null || now.isBefore(fromProcessUntil.minus(REFRESH_BEFORE));
    if (fromProcess != null && fresh) {
      return fromProcess;
    }
    byte[] output;
    try {
      output = processes.run(CommandLine.split(commandLine));
    } catch (IllegalArgumentException malformed) {
      throw new IOException("credential_process: " + malformed.getMessage(), malformed);
    }
    return keep(output, now);
  }

  private Credentials keep(byte[] output, Instant now) throws IOException {
    Map<String, Object> answer;
    try {
      answer = Json.readObject(output);
    } catch (MalformedJsonException malformed) {
      throw new IOException("credential_process wrote no JSON", malformed);
    }
    if (!Long.valueOf(1).equals(answer.get("Version"))) {
      throw new IOException("credential_process: Version must be 1");
    }
    Instant until = null;
    if (answer.get("Expiration") instanceof String expiration) {
      try {
        until = Timestamps.parseIso8601(expiration);
      } catch (IllegalArgumentException malformed) {
        throw new IOException("credential_process: Expiration is no ISO 8601 time", malformed);
      }
      if (!now.isBefore(until)) {
        throw new IOException("credential_process gave credentials that have expired");
      }
    }
    Credentials found =
        credentials(
            text(answer, "AccessKeyId"),
            text(answer, "SecretAccessKey"),
            text(answer, "SessionToken"),
            "the output of credential_process");
    fromProcess = found;
    fromProcessUntil = until;
    return found;
  }

  private static String text(Map<String, Object> answer, String member) {
    return answer.get(member) instanceof String text ? text : "";
  }
}
