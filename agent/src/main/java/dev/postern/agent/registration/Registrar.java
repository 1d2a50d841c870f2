package dev.postern.agent.registration;

import dev.postern.aws.Exchange;
import dev.postern.aws.Fault;
import dev.postern.aws.caller.Authentication;
import dev.postern.aws.caller.JsonCaller;
import dev.postern.aws.sigv4.NodeSignature;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes this machine a managed node with an activation (spec/agent-service.md 1.2). */
public final class Registrar {
  private static final String PROBE = "registration.probe";

  private final AgentDirectory directory;
  private final Exchange exchange;

  public Registrar(AgentDirectory directory, Exchange exchange) {
    this.directory = directory;
    this.exchange = exchange;
  }

  /**
   * An activation as an operator gives it out.
   *
   * @param code a secret
   */
  public record Activation(String id, String code) {
    @Override
    public String toString() {
      return "Activation[" + id + "]";
    }
  }

  /**
   * Registers and stores the result.
   *
   * @param caBundle copied into the data directory; null when the system's roots are enough
   * @return the node as it is known now
   * @throws Fault when the service refuses, for example a wrong code
   */
  public Registration register(
      URI endpoint, @Nullable Path caBundle, String region, Activation activation)
      throws IOException {
    KeyPair keys = NodeKeys.generate();
    String fingerprint = MachineIdentity.newFingerprint();
    byte[] bundle = caBundle == null ? null : Files.readAllBytes(caBundle);
    // An activation may be good for one machine only: it is not spent before the key can be kept.
    directory.write(PROBE, keys.getPrivate().getEncoded());
    directory.delete(PROBE);
    JsonCaller caller = new JsonCaller(exchange, endpoint, "AmazonSSM", Authentication.anonymous());
    Map<String, Object> answer =
        caller.call(
            "RegisterManagedInstance",
            Map.of(
                "ActivationId", activation.id(),
                "ActivationCode", activation.code(),
                "Fingerprint", fingerprint,
                "PublicKey", NodeSignature.encode(keys.getPublic()),
                "PublicKeyType", NodeKeys.TYPE));
    if (!(answer.get("InstanceId") instanceof String instanceId) || instanceId.isEmpty()) {
      throw new IOException("the answer of the server has no InstanceId");
    }
    Registration registration =
        new Registration(
            instanceId,
            region,
            endpoint,
            fingerprint,
            MachineIdentity.machineId(),
            keys.getPrivate(),
            null);
    directory.delete(RoleToken.FILE);
    if (bundle == null) {
      directory.delete(Registration.CA_FILE);
    } else {
      directory.write(Registration.CA_FILE, bundle);
    }
    registration.save(directory);
    return registration;
  }

  /** The bundle given at registration; null when there was none. */
  public static @Nullable Path caBundle(AgentDirectory directory) {
    Path file = directory.resolve(Registration.CA_FILE);
    return Files.exists(file) ? file : null;
  }
}
