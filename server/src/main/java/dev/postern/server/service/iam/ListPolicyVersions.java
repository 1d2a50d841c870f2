package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import java.util.List;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsResponse;
import software.amazon.awssdk.services.iam.model.PolicyVersion;

/** Lists the versions of a managed policy, newest first, without their documents. */
final class ListPolicyVersions
    extends IamOperation<ListPolicyVersionsRequest, ListPolicyVersionsResponse> {
  private final CustomerPolicies policies;
  private final PolicyPages pages;

  ListPolicyVersions(IamParts parts) {
    super(SdkCodec.of(ListPolicyVersionsRequest.class, ListPolicyVersionsRequest::builder), true);
    this.policies = parts.store().customerPolicies();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListPolicyVersionsRequest input) {
    Constraints constraints = PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(ListPolicyVersionsRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public ListPolicyVersionsResponse run(Call call, ListPolicyVersionsRequest input) {
    String arn = input.policyArn();
    List<PolicyVersion> versions =
        ManagedPolicies.find(arn)
            .map(aws -> List.of(PolicyShapes.listed(aws)))
            .orElseGet(() -> policies.versions(arn).stream().map(PolicyShapes::listed).toList());
    if (versions.isEmpty()) {
      throw PolicyRules.notFound(arn);
    }
    PolicyPages.Page<PolicyVersion> page =
        pages.slice(name() + arn, versions, input.maxItems(), input.marker());
    return ListPolicyVersionsResponse.builder()
        .versions(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
