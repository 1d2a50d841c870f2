package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileResponse;

/** Puts tags on an instance profile. */
final class TagInstanceProfile
    extends InstanceProfileOperation<TagInstanceProfileRequest, TagInstanceProfileResponse> {
  TagInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(TagInstanceProfileRequest.class, TagInstanceProfileRequest::builder),
        false);
  }

  @Override
  String profile(TagInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(TagInstanceProfileRequest input) {
    Constraints constraints = named(input).member("tags", input.tags()).required();
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
  }

  @Override
  Map<String, List<String>> keys(TagInstanceProfileRequest input) {
    return PolicyTags.requestKeys(input.tags());
  }

  @Override
  public TagInstanceProfileResponse run(Call call, TagInstanceProfileRequest input) {
    String name = input.instanceProfileName();
    require(profiles.tag(name, PolicyTags.map(input.tags())), name, "");
    return TagInstanceProfileResponse.builder().build();
  }
}
