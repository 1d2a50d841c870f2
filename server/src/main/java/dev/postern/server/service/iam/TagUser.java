package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.TagUserRequest;
import software.amazon.awssdk.services.iam.model.TagUserResponse;

/** Sets tags of a user. */
final class TagUser extends PrincipalOperation<TagUserRequest, TagUserResponse> {
  TagUser(PrincipalRules users) {
    super(users, SdkCodec.of(TagUserRequest.class, TagUserRequest::builder), false);
  }

  @Override
  String principal(TagUserRequest input) {
    return input.userName();
  }

  @Override
  public void validate(TagUserRequest input) {
    Constraints constraints = named(input).member("tags", input.tags()).required();
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
  }

  @Override
  Map<String, List<String>> keys(TagUserRequest input) {
    return PolicyTags.requestKeys(input.tags());
  }

  @Override
  public TagUserResponse run(Call call, TagUserRequest input) {
    principals.tag(input.userName(), input.tags());
    return TagUserResponse.builder().build();
  }
}
