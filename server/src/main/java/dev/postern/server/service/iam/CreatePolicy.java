package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iam.model.Policy;

/** Makes a managed policy; the document becomes version 1 and is in force (spec/aws-api.md 3.1). */
final class CreatePolicy extends IamOperation<CreatePolicyRequest, CreatePolicyResponse> {
  private static final int NAME_CHARACTERS_MAX = 128;
  private static final int DESCRIPTION_CHARACTERS_MAX = 1000;
  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");

  private final IamArns arns;
  private final CustomerPolicies policies;

  CreatePolicy(IamParts parts) {
    super(SdkCodec.of(CreatePolicyRequest.class, CreatePolicyRequest::builder), false);
    this.arns = parts.arns();
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(CreatePolicyRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("policyName", input.policyName())
            .required()
            .length(1, NAME_CHARACTERS_MAX)
            .pattern(NAME)
            .member("policyDocument", input.policyDocument())
            .required()
            .member("description", input.description())
            .length(0, DESCRIPTION_CHARACTERS_MAX);
    PolicyRules.path(constraints, "path", input.path());
    PolicyRules.document(constraints, "policyDocument", input.policyDocument());
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
    PolicyRules.requireManagedPolicy(input.policyDocument());
  }

  private String arn(CreatePolicyRequest input) {
    return arns.policy(path(input), input.policyName());
  }

  private static String path(CreatePolicyRequest input) {
    return input.path() == null ? "/" : input.path();
  }

  /** Tags given at once need the right to tag as well. */
  @Override
  public Question question(CreatePolicyRequest input, Caller caller) {
    Map<String, List<String>> keys = PolicyTags.requestKeys(input.tags());
    List<Question.Check> checks = new ArrayList<>();
    checks.add(new Question.Check(action(), arn(input), keys));
    if (!input.tags().isEmpty()) {
      checks.add(new Question.Check("iam:TagPolicy", arn(input), keys));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreatePolicyResponse run(Call call, CreatePolicyRequest input) {
    String arn = arn(input);
    CustomerPolicies.Outcome outcome =
        policies.create(
            new CustomerPolicies.NewPolicy(
                arn,
                input.policyName(),
                path(input),
                Optional.ofNullable(input.description()),
                input.policyDocument(),
                PolicyTags.map(input.tags())),
            call.now());
    PolicyRules.requireDone(outcome, arn, "");
    Policy policy =
        policies.find(arn).map(PolicyShapes::full).orElseThrow(() -> PolicyRules.notFound(arn));
    return CreatePolicyResponse.builder().policy(policy).build();
  }
}
