package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesResponse;

/** Lists the names of the inline policies of a user. */
final class ListUserPolicies
    extends PrincipalOperation<ListUserPoliciesRequest, ListUserPoliciesResponse> {
  ListUserPolicies(PrincipalRules users) {
    super(
        users, SdkCodec.of(ListUserPoliciesRequest.class, ListUserPoliciesRequest::builder), true);
  }

  @Override
  String principal(ListUserPoliciesRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ListUserPoliciesRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListUserPoliciesResponse run(Call call, ListUserPoliciesRequest input) {
    PolicyPages.Page<String> page =
        principals.inlineNames(input.userName(), input.maxItems(), input.marker());
    return ListUserPoliciesResponse.builder()
        .policyNames(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
