package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleResponse;

/** Removes tags of a role; keys that it does not have are no mistake. */
final class UntagRole extends PrincipalOperation<UntagRoleRequest, UntagRoleResponse> {
  UntagRole(PrincipalRules roles) {
    super(roles, SdkCodec.of(UntagRoleRequest.class, UntagRoleRequest::builder), false);
  }

  @Override
  String principal(UntagRoleRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(UntagRoleRequest input) {
    PolicyTags.checkKeys(named(input), input.tagKeys()).verify();
  }

  @Override
  Map<String, List<String>> keys(UntagRoleRequest input) {
    return Map.of("aws:TagKeys", input.tagKeys());
  }

  @Override
  public UntagRoleResponse run(Call call, UntagRoleRequest input) {
    principals.untag(input.roleName(), input.tagKeys());
    return UntagRoleResponse.builder().build();
  }
}
