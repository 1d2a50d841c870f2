package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesResponse;

/** Lists the managed policies that are attached to a user, by ARN. */
final class ListAttachedUserPolicies
    extends PrincipalOperation<ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse> {
  ListAttachedUserPolicies(PrincipalRules users) {
    super(
        users,
        SdkCodec.of(
            ListAttachedUserPoliciesRequest.class, ListAttachedUserPoliciesRequest::builder),
        true);
  }

  @Override
  String principal(ListAttachedUserPoliciesRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ListAttachedUserPoliciesRequest input) {
    Constraints constraints = PolicyRules.path(named(input), "pathPrefix", input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListAttachedUserPoliciesResponse run(Call call, ListAttachedUserPoliciesRequest input) {
    PolicyPages.Page<AttachedPolicy> page =
        principals.attached(input.userName(), input.pathPrefix(), input.maxItems(), input.marker());
    return ListAttachedUserPoliciesResponse.builder()
        .attachedPolicies(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
