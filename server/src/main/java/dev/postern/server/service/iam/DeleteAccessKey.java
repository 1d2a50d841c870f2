package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.UserKeys;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyResponse;

/** Deletes an access key, which takes effect at once. */
final class DeleteAccessKey
    extends OwnUserOperation<DeleteAccessKeyRequest, DeleteAccessKeyResponse> {
  private final UserKeys keys;

  DeleteAccessKey(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(DeleteAccessKeyRequest.class, DeleteAccessKeyRequest::builder), false);
    this.keys = parts.store().userKeys();
  }

  @Override
  @Nullable String given(DeleteAccessKeyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(DeleteAccessKeyRequest input) {
    AccessKeyRules.keyId(named(input), input.accessKeyId()).verify();
  }

  @Override
  public DeleteAccessKeyResponse run(Call call, DeleteAccessKeyRequest input) {
    String user = user(input, call.permit().caller());
    String id = input.accessKeyId();
    AccessKeyRules.require(keys.delete(user, id), users, user, id);
    return DeleteAccessKeyResponse.builder().build();
  }
}
