package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;

/** Shows an instance profile with the role that it holds. */
final class GetInstanceProfile
    extends InstanceProfileOperation<GetInstanceProfileRequest, GetInstanceProfileResponse> {
  GetInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(GetInstanceProfileRequest.class, GetInstanceProfileRequest::builder),
        true);
  }

  @Override
  String profile(GetInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(GetInstanceProfileRequest input) {
    named(input).verify();
  }

  @Override
  public GetInstanceProfileResponse run(Call call, GetInstanceProfileRequest input) {
    return GetInstanceProfileResponse.builder()
        .instanceProfile(full(find(input.instanceProfileName())))
        .build();
  }
}
