package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One managed node.
 *
 * @param instanceId {@code mi-} and 17 hex digits, or the chosen {@code i-} id
 * @param publicKey base64 of the X.509 SubjectPublicKeyInfo of an RSA key
 * @param fingerprint a UUID that the agent keeps while the machine looks the same
 * @param name the activation's DefaultInstanceName
 * @param iamRole a role's name, perhaps with a path
 */
public record NodeRecord(
    String instanceId,
    String activationId,
    String publicKey,
    String fingerprint,
    Optional<String> name,
    String iamRole,
    Instant registrationDate,
    Map<String, String> tags,
    Optional<Ping> lastPing) {
  /** What the agent last told with UpdateInstanceInformation. Members may be empty text. */
  public record Ping(
      Instant at,
      String agentName,
      String agentVersion,
      String agentStatus,
      String computerName,
      String ipAddress,
      String platformName,
      String platformType,
      String platformVersion,
      String connectionChannel) {}
}
