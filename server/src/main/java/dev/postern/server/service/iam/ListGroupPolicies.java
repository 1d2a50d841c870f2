package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesResponse;

/** Lists the names of the inline policies of a group. */
final class ListGroupPolicies
    extends PrincipalOperation<ListGroupPoliciesRequest, ListGroupPoliciesResponse> {
  ListGroupPolicies(PrincipalRules groups) {
    super(
        groups,
        SdkCodec.of(ListGroupPoliciesRequest.class, ListGroupPoliciesRequest::builder),
        true);
  }

  @Override
  String principal(ListGroupPoliciesRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(ListGroupPoliciesRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListGroupPoliciesResponse run(Call call, ListGroupPoliciesRequest input) {
    PolicyPages.Page<String> page =
        principals.inlineNames(input.groupName(), input.maxItems(), input.marker());
    return ListGroupPoliciesResponse.builder()
        .policyNames(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
