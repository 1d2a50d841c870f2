package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.UserKeys;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyResponse;

/** Makes an access key active or inactive, which takes effect at once. */
final class UpdateAccessKey
    extends OwnUserOperation<UpdateAccessKeyRequest, UpdateAccessKeyResponse> {
  private final UserKeys keys;

  UpdateAccessKey(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(UpdateAccessKeyRequest.class, UpdateAccessKeyRequest::builder), false);
    this.keys = parts.store().userKeys();
  }

  @Override
  @Nullable String given(UpdateAccessKeyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(UpdateAccessKeyRequest input) {
    AccessKeyRules.keyId(named(input), input.accessKeyId())
        .member("status", input.statusAsString())
        .required()
        .oneOf(AccessKeyRules.STATUSES)
        .verify();
  }

  @Override
  public UpdateAccessKeyResponse run(Call call, UpdateAccessKeyRequest input) {
    String user = user(input, call.permit().caller());
    String id = input.accessKeyId();
    boolean active = input.statusAsString().equals(AccessKeyRules.ACTIVE);
    AccessKeyRules.require(keys.setActive(user, id, active), users, user, id);
    return UpdateAccessKeyResponse.builder().build();
  }
}
