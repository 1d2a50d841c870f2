package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.TagRoleResponse;

/** Sets tags of a role. */
final class TagRole extends PrincipalOperation<TagRoleRequest, TagRoleResponse> {
  TagRole(PrincipalRules roles) {
    super(roles, SdkCodec.of(TagRoleRequest.class, TagRoleRequest::builder), false);
  }

  @Override
  String principal(TagRoleRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(TagRoleRequest input) {
    Constraints constraints = named(input).member("tags", input.tags()).required();
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
  }

  @Override
  Map<String, List<String>> keys(TagRoleRequest input) {
    return PolicyTags.requestKeys(input.tags());
  }

  @Override
  public TagRoleResponse run(Call call, TagRoleRequest input) {
    principals.tag(input.roleName(), input.tags());
    return TagRoleResponse.builder().build();
  }
}
