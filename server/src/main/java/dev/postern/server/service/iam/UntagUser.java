package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.UntagUserRequest;
import software.amazon.awssdk.services.iam.model.UntagUserResponse;

/** Removes tags of a user; keys that it does not have are no mistake. */
final class UntagUser extends PrincipalOperation<UntagUserRequest, UntagUserResponse> {
  UntagUser(PrincipalRules users) {
    super(users, SdkCodec.of(UntagUserRequest.class, UntagUserRequest::builder), false);
  }

  @Override
  String principal(UntagUserRequest input) {
    return input.userName();
  }

  @Override
  public void validate(UntagUserRequest input) {
    PolicyTags.checkKeys(named(input), input.tagKeys()).verify();
  }

  @Override
  Map<String, List<String>> keys(UntagUserRequest input) {
    return Map.of("aws:TagKeys", input.tagKeys());
  }

  @Override
  public UntagUserResponse run(Call call, UntagUserRequest input) {
    principals.untag(input.userName(), input.tagKeys());
    return UntagUserResponse.builder().build();
  }
}
