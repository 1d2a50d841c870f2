package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileResponse;

/** Deletes an instance profile that holds no role. */
final class DeleteInstanceProfile
    extends InstanceProfileOperation<DeleteInstanceProfileRequest, DeleteInstanceProfileResponse> {
  DeleteInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(DeleteInstanceProfileRequest.class, DeleteInstanceProfileRequest::builder),
        false);
  }

  @Override
  String profile(DeleteInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(DeleteInstanceProfileRequest input) {
    named(input).verify();
  }

  @Override
  public DeleteInstanceProfileResponse run(Call call, DeleteInstanceProfileRequest input) {
    String name = input.instanceProfileName();
    require(profiles.delete(name), name, "");
    return DeleteInstanceProfileResponse.builder().build();
  }
}
