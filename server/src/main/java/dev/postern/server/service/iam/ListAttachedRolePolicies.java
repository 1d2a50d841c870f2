package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;

/** Lists the managed policies that are attached to a role, by ARN. */
final class ListAttachedRolePolicies
    extends PrincipalOperation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse> {
  ListAttachedRolePolicies(PrincipalRules roles) {
    super(
        roles,
        SdkCodec.of(
            ListAttachedRolePoliciesRequest.class, ListAttachedRolePoliciesRequest::builder),
        true);
  }

  @Override
  String principal(ListAttachedRolePoliciesRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(ListAttachedRolePoliciesRequest input) {
    Constraints constraints = PolicyRules.path(named(input), "pathPrefix", input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListAttachedRolePoliciesResponse run(Call call, ListAttachedRolePoliciesRequest input) {
    PolicyPages.Page<AttachedPolicy> page =
        principals.attached(input.roleName(), input.pathPrefix(), input.maxItems(), input.marker());
    return ListAttachedRolePoliciesResponse.builder()
        .attachedPolicies(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
