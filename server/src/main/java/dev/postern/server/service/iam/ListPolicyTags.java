package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import java.util.List;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Lists the tags of a managed policy by key; AWS's policies have none. */
final class ListPolicyTags extends IamOperation<ListPolicyTagsRequest, ListPolicyTagsResponse> {
  private final CustomerPolicies policies;
  private final PolicyPages pages;

  ListPolicyTags(IamParts parts) {
    super(SdkCodec.of(ListPolicyTagsRequest.class, ListPolicyTagsRequest::builder), true);
    this.policies = parts.store().customerPolicies();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListPolicyTagsRequest input) {
    Constraints constraints = PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(ListPolicyTagsRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public ListPolicyTagsResponse run(Call call, ListPolicyTagsRequest input) {
    String arn = input.policyArn();
    List<Tag> tags = List.of();
    if (ManagedPolicies.find(arn).isEmpty()) {
      tags =
          policies
              .find(arn)
              .map(policy -> PolicyTags.shown(policy.tags()))
              .orElseThrow(() -> PolicyRules.notFound(arn));
    }
    PolicyPages.Page<Tag> page = pages.slice(name() + arn, tags, input.maxItems(), input.marker());
    return ListPolicyTagsResponse.builder()
        .tags(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
