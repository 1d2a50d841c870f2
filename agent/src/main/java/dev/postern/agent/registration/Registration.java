package dev.postern.agent.registration;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who this node is and where its service is. One file, so that a key is replaced together with what
 * belongs to it. Immutable. The text form hides the keys.
 *
 * @param endpoint scheme, host and port only
 * @param fingerprint tells the service that it is still this machine; made once
 * @param machineId of the machine that was registered, or empty
 * @param key signs the calls that bring credentials
 * @param nextKey a new key that the service may or may not know yet; null outside of a rotation
 */
public record Registration(
    String instanceId,
    String region,
    URI endpoint,
    String fingerprint,
    String machineId,
    PrivateKey key,
    @Nullable PrivateKey nextKey) {

  static final String FILE = "registration.json";

  /** The authorities that the server's certificate may come from, besides the system's. */
  static final String CA_FILE = "ca.pem";

  Registration withRegion(String newRegion) {
    return new Registration(instanceId, newRegion, endpoint, fingerprint, machineId, key, nextKey);
  }

  Registration withFingerprint(String newFingerprint, String newMachineId) {
    return new Registration(
        instanceId, region, endpoint, newFingerprint, newMachineId, key, nextKey);
  }

  Registration withKeys(PrivateKey newKey, @Nullable PrivateKey newNextKey) {
    return new Registration(
        instanceId, region, endpoint, fingerprint, machineId, newKey, newNextKey);
  }

  /** Empty when this directory was never registered. */
  public static Optional<Registration> load(AgentDirectory directory) throws IOException {
    Optional<byte[]> content = directory.read(FILE);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      Map<String, Object> members = Json.readObject(content.get());
      return Optional.of(
          new Registration(
              text(members, "InstanceId"),
              text(members, "Region"),
              URI.create(text(members, "Endpoint")),
              text(members, "Fingerprint"),
              text(members, "MachineId"),
              key(text(members, "PrivateKey")),
              members.containsKey("NextPrivateKey") ? key(text(members, "NextPrivateKey")) : null));
    } catch (MalformedJsonException | IllegalArgumentException | GeneralSecurityException broken) {
      // The cause could quote the key.
      throw new IOException(
          directory.resolve(FILE) + " is damaged; register this machine again with --force");
    }
  }

  void save(AgentDirectory directory) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("InstanceId", instanceId);
    members.put("Region", region);
    members.put("Endpoint", endpoint.toString());
    members.put("Fingerprint", fingerprint);
    members.put("MachineId", machineId);
    members.put("PrivateKey", Base64.getEncoder().encodeToString(key.getEncoded()));
    if (nextKey != null) {
      members.put("NextPrivateKey", Base64.getEncoder().encodeToString(nextKey.getEncoded()));
    }
    directory.write(FILE, Json.write(members));
  }

  private static PrivateKey key(String base64) throws GeneralSecurityException {
    return KeyFactory.getInstance("RSA")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }

  private static String text(Map<String, Object> members, String name) {
    if (members.get(name) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(name);
  }

  @Override
  public String toString() {
    return "Registration[" + instanceId + " at " + endpoint + "]";
  }
}
