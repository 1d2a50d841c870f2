package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;

/** Lists the names of the inline policies of a role. */
final class ListRolePolicies
    extends PrincipalOperation<ListRolePoliciesRequest, ListRolePoliciesResponse> {
  ListRolePolicies(PrincipalRules roles) {
    super(
        roles, SdkCodec.of(ListRolePoliciesRequest.class, ListRolePoliciesRequest::builder), true);
  }

  @Override
  String principal(ListRolePoliciesRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(ListRolePoliciesRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListRolePoliciesResponse run(Call call, ListRolePoliciesRequest input) {
    PolicyPages.Page<String> page =
        principals.inlineNames(input.roleName(), input.maxItems(), input.marker());
    return ListRolePoliciesResponse.builder()
        .policyNames(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
