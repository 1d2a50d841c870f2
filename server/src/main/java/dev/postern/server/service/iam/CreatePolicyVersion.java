package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.PolicyVersionRecord;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionResponse;

/** Adds a version to a managed policy of the account (spec/aws-api.md 3.1). */
final class CreatePolicyVersion
    extends IamOperation<CreatePolicyVersionRequest, CreatePolicyVersionResponse> {
  private final CustomerPolicies policies;

  CreatePolicyVersion(IamParts parts) {
    super(
        SdkCodec.of(CreatePolicyVersionRequest.class, CreatePolicyVersionRequest::builder), false);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(CreatePolicyVersionRequest input) {
    Constraints constraints =
        PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn())
            .member("policyDocument", input.policyDocument())
            .required();
    PolicyRules.document(constraints, "policyDocument", input.policyDocument()).verify();
    PolicyRules.requireArn(input.policyArn());
    PolicyRules.requireManagedPolicy(input.policyDocument());
  }

  @Override
  public Question question(CreatePolicyVersionRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public CreatePolicyVersionResponse run(Call call, CreatePolicyVersionRequest input) {
    String arn = input.policyArn();
    PolicyRules.requireOwn(call.permit(), action(), arn);
    boolean inForce = Boolean.TRUE.equals(input.setAsDefault());
    CustomerPolicies.VersionAdded added =
        policies.addVersion(arn, input.policyDocument(), inForce, call.now());
    PolicyRules.requireDone(added.outcome(), arn, "");
    return CreatePolicyVersionResponse.builder()
        .policyVersion(
            PolicyShapes.listed(
                new PolicyVersionRecord(
                    added.added(), input.policyDocument(), call.now(), inForce)))
        .build();
  }
}
