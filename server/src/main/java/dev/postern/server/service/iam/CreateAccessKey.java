package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.AuditShape;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.UserKeys;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;

/** Makes a long-term access key, whose secret only this answer shows. */
final class CreateAccessKey
    extends OwnUserOperation<CreateAccessKeyRequest, CreateAccessKeyResponse> {
  private final UserKeys keys;

  CreateAccessKey(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(CreateAccessKeyRequest.class, CreateAccessKeyRequest::builder), false);
    this.keys = parts.store().userKeys();
  }

  @Override
  @Nullable String given(CreateAccessKeyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(CreateAccessKeyRequest input) {
    named(input).verify();
  }

  @Override
  public CreateAccessKeyResponse run(Call call, CreateAccessKeyRequest input) {
    String user = user(input, call.permit().caller());
    UserKeys.Creation creation = keys.create(user);
    AccessKeyRules.require(creation.outcome(), users, user, "");
    AccessKeyRecord key = creation.key().orElseThrow();
    Optional<String> name =
        key.principal() instanceof AccessKeyRecord.Principal.User(String userName)
            ? Optional.of(userName)
            : Optional.empty();
    return CreateAccessKeyResponse.builder()
        .accessKey(
            AccessKey.builder()
                .userName(name.orElse(user))
                .accessKeyId(key.accessKeyId())
                .status(AccessKeyRules.ACTIVE)
                .secretAccessKey(key.secret())
                .createDate(key.createdDate())
                .build())
        .build();
  }

  /** Without the secret. */
  @Override
  public Map<String, Object> auditElements(CreateAccessKeyResponse output) {
    AccessKey shown = output.accessKey().copy(key -> key.secretAccessKey(null));
    return AuditShape.of(output.copy(answer -> answer.accessKey(shown)));
  }
}
