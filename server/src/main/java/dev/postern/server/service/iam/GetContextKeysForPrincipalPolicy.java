package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyResponse;

/** Lists the condition keys that the policies of a user, group or role ask for. */
final class GetContextKeysForPrincipalPolicy
    extends IamOperation<
        GetContextKeysForPrincipalPolicyRequest, GetContextKeysForPrincipalPolicyResponse> {
  private final IamParts parts;

  GetContextKeysForPrincipalPolicy(IamParts parts) {
    super(
        SdkCodec.of(
            GetContextKeysForPrincipalPolicyRequest.class,
            GetContextKeysForPrincipalPolicyRequest::builder),
        true);
    this.parts = parts;
  }

  @Override
  public void validate(GetContextKeysForPrincipalPolicyRequest input) {
    Constraints constraints =
        PolicyRules.arn(Constraints.of(), "policySourceArn", input.policySourceArn());
    SimulationInput.checkTexts(constraints, "policyInputList", input.policyInputList());
    constraints.verify();
    PolicyRules.requireArn(input.policySourceArn());
  }

  @Override
  public Question question(GetContextKeysForPrincipalPolicyRequest input, Caller caller) {
    return Question.of(action(), input.policySourceArn());
  }

  @Override
  public GetContextKeysForPrincipalPolicyResponse run(
      Call call, GetContextKeysForPrincipalPolicyRequest input) {
    PolicySource source = PolicySource.of(parts, input.policySourceArn());
    SortedSet<String> keys = new TreeSet<>();
    source.policies().forEach(policy -> keys.addAll(policy.document().contextKeys()));
    Simulation.given("PolicyInputList", input.policyInputList())
        .forEach(policy -> keys.addAll(policy.document().contextKeys()));
    return GetContextKeysForPrincipalPolicyResponse.builder().contextKeyNames(keys).build();
  }

  @Override
  public Map<String, Object> auditParameters(GetContextKeysForPrincipalPolicyRequest input) {
    return input.policySourceArn() == null
        ? Map.of()
        : Map.of("policySourceArn", input.policySourceArn());
  }
}
