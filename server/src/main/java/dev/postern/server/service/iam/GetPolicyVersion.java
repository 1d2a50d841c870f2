package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.ManagedPolicy;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.PolicyVersionRecord;
import java.util.List;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.PolicyVersion;

/** Shows one version of a managed policy with its document; of AWS's policies the one in force. */
final class GetPolicyVersion
    extends IamOperation<GetPolicyVersionRequest, GetPolicyVersionResponse> {
  private final CustomerPolicies policies;

  GetPolicyVersion(IamParts parts) {
    super(SdkCodec.of(GetPolicyVersionRequest.class, GetPolicyVersionRequest::builder), true);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(GetPolicyVersionRequest input) {
    Constraints constraints = PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn());
    PolicyRules.version(constraints, input.versionId()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(GetPolicyVersionRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public GetPolicyVersionResponse run(Call call, GetPolicyVersionRequest input) {
    String arn = input.policyArn();
    PolicyVersion version =
        ManagedPolicies.find(arn)
            .map(aws -> of(aws, input.versionId()))
            .orElseGet(() -> own(arn, input.versionId()));
    return GetPolicyVersionResponse.builder().policyVersion(version).build();
  }

  private static PolicyVersion of(ManagedPolicy policy, String versionId) {
    if (!versionId.equals(policy.defaultVersionId())) {
      throw PolicyRules.noVersion(policy.arn(), versionId);
    }
    return PolicyShapes.full(policy);
  }

  private PolicyVersion own(String arn, String versionId) {
    long number = PolicyRules.versionNumber(versionId);
    List<PolicyVersionRecord> versions = policies.versions(arn);
    if (versions.isEmpty()) {
      throw PolicyRules.notFound(arn);
    }
    return versions.stream()
        .filter(version -> version.version() == number)
        .findFirst()
        .map(PolicyShapes::full)
        .orElseThrow(() -> PolicyRules.noVersion(arn, versionId));
  }
}
