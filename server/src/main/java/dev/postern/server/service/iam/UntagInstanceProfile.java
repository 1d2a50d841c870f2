package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileResponse;

/** Takes tags from an instance profile. */
final class UntagInstanceProfile
    extends InstanceProfileOperation<UntagInstanceProfileRequest, UntagInstanceProfileResponse> {
  UntagInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(UntagInstanceProfileRequest.class, UntagInstanceProfileRequest::builder),
        false);
  }

  @Override
  String profile(UntagInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(UntagInstanceProfileRequest input) {
    PolicyTags.checkKeys(named(input), input.tagKeys()).verify();
  }

  @Override
  Map<String, List<String>> keys(UntagInstanceProfileRequest input) {
    return Map.of("aws:TagKeys", input.tagKeys());
  }

  @Override
  public UntagInstanceProfileResponse run(Call call, UntagInstanceProfileRequest input) {
    String name = input.instanceProfileName();
    require(profiles.untag(name, input.tagKeys()), name, "");
    return UntagInstanceProfileResponse.builder().build();
  }
}
