package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.bus.Bus;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.FailureThrottle;
import dev.postern.server.service.PingStatus;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.Store;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A machine becomes a managed node: it brings an activation's id and code and the public key that
 * it will sign with (spec/agent-service.md 1.2). The call is unsigned; the code is the secret.
 */
final class RegisterManagedInstance extends SsmOperation<Map<String, Object>, Map<String, Object>> {
  private static final Logger LOG = LoggerFactory.getLogger(RegisterManagedInstance.class);
  private static final Pattern FINGERPRINT =
      Pattern.compile("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$");
  private static final int ID_DIGITS = 17;
  private static final int ID_ATTEMPTS_MAX = 5;

  /** Wrong codes at once from one source; then one per second. */
  static final int WRONG_CODES_BURST = 20;

  private final FailureThrottle wrongCodes = new FailureThrottle(WRONG_CODES_BURST);
  private final Store store;
  private final Bus bus;
  private final RandomGenerator random;

  RegisterManagedInstance(SessionParts parts) {
    super(TreeCodec.of(), false);
    this.store = parts.store();
    this.bus = parts.bus();
    this.random = parts.random();
  }

  @Override
  public Question.Proof proof() {
    return Question.Proof.NONE;
  }

  @Override
  public void validate(Map<String, Object> input) {
    String key = Trees.text(input, "PublicKey");
    Constraints.of()
        .member("activationId", Trees.text(input, "ActivationId"))
        .required()
        .pattern(DeleteActivation.ACTIVATION_ID)
        .secret("activationCode", Trees.text(input, "ActivationCode"))
        .required()
        .length(20, 250)
        .member("fingerprint", Trees.text(input, "Fingerprint"))
        .required()
        .pattern(FINGERPRINT)
        .member("publicKey", key)
        .required()
        .length(NodeKeys.PUBLIC_KEY_LENGTH_MIN, NodeKeys.PUBLIC_KEY_LENGTH_MAX)
        .check(key == null || NodeKeys.isUsable(key), NodeKeys.DEMAND)
        .member("publicKeyType", Trees.text(input, "PublicKeyType"))
        .required()
        .oneOf(List.of("Rsa"))
        .verify();
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return new Question(action(), List.of("*"), Question.Proof.NONE);
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    String source = FailureThrottle.source(call.sourceAddress());
    if (!wrongCodes.admits(source, call.now())) {
      throw new Fault("ThrottlingException", 400, "Rate exceeded");
    }
    ActivationRecord activation =
        store
            .activations()
            .find(Trees.required(input, "ActivationId"))
            .filter(found ->
                MessageDigest.isEqual(
                    found.codeHash(),
                    CreateActivation.hash(Trees.required(input, "ActivationCode"))))
            // An unknown id and a wrong code are told alike, so that ids cannot be probed.
            .orElseThrow(() -> wrongCode(source, call));
    for (int attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
      Optional<String> instanceId = register(call, input, activation);
      if (instanceId.isPresent()) {
        return Map.of("InstanceId", instanceId.get());
      }
    }
    throw new Fault("InternalServerError", 500, "No free instance id was found.");
  }

  private Fault wrongCode(String source, Call call) {
    if (wrongCodes.failed(source, call.now())) {
      LOG.warn("too many wrong activation codes from {}: refused unseen for a while", source);
    }
    return invalidActivation("The activation id or code is not valid.");
  }

  /** Empty when the id that was made up is taken, which is as good as impossible. */
  private Optional<String> register(
      Call call, Map<String, Object> input, ActivationRecord activation) {
    String instanceId = activation.instanceId().orElseGet(this::newInstanceId);
    NodeRecord node =
        new NodeRecord(
            instanceId,
            activation.activationId(),
            Trees.required(input, "PublicKey"),
            Trees.required(input, "Fingerprint"),
            activation.defaultInstanceName(),
            activation.iamRole(),
            call.now(),
            activation.tags(),
            Optional.empty());
    // A chosen id may take over the record of a machine that is gone, never that of a live one,
    // also while a live one is cut off for a moment.
    boolean lives =
        store
            .nodes()
            .find(instanceId)
            .filter(found -> PingStatus.of(found, bus, call.now()) == PingStatus.Online)
            .isPresent();
    Nodes.Existing existing =
        activation.instanceId().isPresent() && !lives
            ? Nodes.Existing.REPLACE
            : Nodes.Existing.KEEP;
    return switch (store.nodes().register(node, existing)) {
      case REGISTERED -> Optional.of(instanceId);
      case ACTIVATION_UNKNOWN -> throw invalidActivation("The activation id or code is not valid.");
      case ACTIVATION_EXPIRED -> throw invalidActivation("The activation has expired.");
      case ACTIVATION_USED_UP ->
          throw invalidActivation("The activation has reached its registration limit.");
      case INSTANCE_EXISTS -> {
        if (activation.instanceId().isPresent()) {
          throw new Fault(
              "InstanceAlreadyRegistered",
              400,
              "Instance "
                  + instanceId
                  + " is registered and online. If that machine is gone, deregister it first.");
        }
        yield Optional.empty();
      }
    };
  }

  private String newInstanceId() {
    StringBuilder id = new StringBuilder("mi-");
    for (int i = 0; i < ID_DIGITS; i++) {
      id.append(Character.forDigit(random.nextInt(16), 16));
    }
    return id.toString();
  }

  private static Fault invalidActivation(String message) {
    return new Fault("InvalidActivation", 400, message);
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    var parameters = new LinkedHashMap<String, Object>();
    for (String member : List.of("ActivationId", "Fingerprint", "PublicKeyType")) {
      String value = Trees.text(input, member);
      if (value != null) {
        parameters.put(Trees.lowerCamel(member), value);
      }
    }
    return parameters;
  }

  @Override
  public Map<String, Object> auditElements(Map<String, Object> output) {
    return Trees.lowerCamel(output);
  }
}
