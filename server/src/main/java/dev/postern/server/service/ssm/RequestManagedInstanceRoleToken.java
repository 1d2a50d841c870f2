package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.access.RoleTrust;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.AccessKeyRecord.Principal;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.Store;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives a node that signs with its own key an hour's credentials of its role (spec/agent-service.md
 * 1.3).
 */
final class RequestManagedInstanceRoleToken
    extends SsmOperation<Map<String, Object>, Map<String, Object>> {
  static final Duration LIFETIME = Duration.ofHours(1);

  private final Account account;
  private final Store store;
  private final RoleTrust trust;

  RequestManagedInstanceRoleToken(SessionParts parts) {
    super(TreeCodec.of(), false);
    this.account = parts.account();
    this.store = parts.store();
    this.trust = parts.trust();
  }

  @Override
  public Question.Proof proof() {
    return Question.Proof.NODE_KEY;
  }

  @Override
  public void validate(Map<String, Object> input) {
    Constraints.of()
        .member("fingerprint", Trees.text(input, "Fingerprint"))
        .required()
        .length(1, 64)
        .verify();
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return new Question(
        action(), List.of(account.nodeArn(caller.sessionName())), Question.Proof.NODE_KEY);
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    NodeRecord node = node(call, store);
    if (!node.fingerprint().equalsIgnoreCase(Trees.required(input, "Fingerprint"))) {
      throw new Fault(
          "MachineFingerprintDoesNotMatch",
          400,
          "The fingerprint is not the one that " + node.instanceId() + " registered with.");
    }
    IssuedKey key = issue(call, node);
    var output = new LinkedHashMap<String, Object>();
    output.put("AccessKeyId", key.accessKeyId());
    output.put("SecretAccessKey", key.secretAccessKey());
    output.put("SessionToken", key.sessionToken());
    // The official agent reads whole seconds as well as fractions; whole ones are never rounded up.
    output.put("TokenExpirationDate", key.expiration().getEpochSecond());
    output.put("UpdateKeyPair", false);
    return output;
  }

  /** Refused where the role is gone, also when it is deleted at this moment. */
  private IssuedKey issue(Call call, NodeRecord node) {
    String instanceId = node.instanceId();
    String role = CreateActivation.roleName(node.iamRole());
    return store
        .roleTrusts()
        .find(role)
        .filter(_ ->
            trust.admitsService(
                role, SystemsManager.PRINCIPAL, account.nodeArn(instanceId), call.now()))
        .flatMap(found ->
            store
                .accessKeys()
                .issueTo(
                    new Principal.RoleSession(role, instanceId, Optional.of(instanceId)),
                    found.roleId(),
                    SessionContext.NONE,
                    LIFETIME))
        .orElseThrow(() ->
            new Fault(
                "AccessDeniedException",
                400,
                "The role "
                    + role
                    + " of "
                    + instanceId
                    + " does not exist or does not trust "
                    + SystemsManager.PRINCIPAL
                    + "."));
  }

  /** The node that signed. It may have been removed since its signature was verified. */
  static NodeRecord node(Call call, Store store) {
    String instanceId = call.permit().caller().sessionName();
    return store
        .nodes()
        .find(instanceId)
        .orElseThrow(() -> DeregisterManagedInstance.invalidInstanceId(instanceId));
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of("fingerprint", Trees.textOrEmpty(input, "Fingerprint"));
  }

  @Override
  public Map<String, Object> auditElements(Map<String, Object> output) {
    return Map.of("accessKeyId", Trees.textOrEmpty(output, "AccessKeyId"));
  }
}
