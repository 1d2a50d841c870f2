package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Users;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserResponse;

/** Deletes a user that owns nothing any more. */
final class DeleteUser extends PrincipalOperation<DeleteUserRequest, DeleteUserResponse> {
  private final Users users;

  DeleteUser(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(DeleteUserRequest.class, DeleteUserRequest::builder), false);
    this.users = parts.store().users();
  }

  @Override
  String principal(DeleteUserRequest input) {
    return input.userName();
  }

  @Override
  public void validate(DeleteUserRequest input) {
    named(input).verify();
  }

  @Override
  public DeleteUserResponse run(Call call, DeleteUserRequest input) {
    principals.require(users.delete(input.userName()), input.userName(), "");
    return DeleteUserResponse.builder().build();
  }
}
