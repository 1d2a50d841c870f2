package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyResponse;

/** Lists the condition keys that policies given with the call ask for. */
final class GetContextKeysForCustomPolicy
    extends IamOperation<
        GetContextKeysForCustomPolicyRequest, GetContextKeysForCustomPolicyResponse> {

  GetContextKeysForCustomPolicy(IamParts parts) {
    super(
        SdkCodec.of(
            GetContextKeysForCustomPolicyRequest.class,
            GetContextKeysForCustomPolicyRequest::builder),
        true);
  }

  @Override
  public void validate(GetContextKeysForCustomPolicyRequest input) {
    Constraints constraints =
        Constraints.of().member("policyInputList", input.policyInputList()).required();
    SimulationInput.checkTexts(constraints, "policyInputList", input.policyInputList());
    constraints.verify();
  }

  @Override
  public Question question(GetContextKeysForCustomPolicyRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public GetContextKeysForCustomPolicyResponse run(
      Call call, GetContextKeysForCustomPolicyRequest input) {
    SortedSet<String> keys = new TreeSet<>();
    Simulation.given("PolicyInputList", input.policyInputList())
        .forEach(policy -> keys.addAll(policy.document().contextKeys()));
    return GetContextKeysForCustomPolicyResponse.builder().contextKeyNames(keys).build();
  }

  @Override
  public Map<String, Object> auditParameters(GetContextKeysForCustomPolicyRequest input) {
    return Map.of();
  }
}
