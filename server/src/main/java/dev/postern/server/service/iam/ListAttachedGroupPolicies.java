package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesResponse;

/** Lists the managed policies that are attached to a group, by ARN. */
final class ListAttachedGroupPolicies
    extends PrincipalOperation<
        ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse> {
  ListAttachedGroupPolicies(PrincipalRules groups) {
    super(
        groups,
        SdkCodec.of(
            ListAttachedGroupPoliciesRequest.class, ListAttachedGroupPoliciesRequest::builder),
        true);
  }

  @Override
  String principal(ListAttachedGroupPoliciesRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(ListAttachedGroupPoliciesRequest input) {
    Constraints constraints = PolicyRules.path(named(input), "pathPrefix", input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListAttachedGroupPoliciesResponse run(Call call, ListAttachedGroupPoliciesRequest input) {
    PolicyPages.Page<AttachedPolicy> page =
        principals.attached(
            input.groupName(), input.pathPrefix(), input.maxItems(), input.marker());
    return ListAttachedGroupPoliciesResponse.builder()
        .attachedPolicies(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
