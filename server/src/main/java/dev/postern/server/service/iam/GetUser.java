package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalRecord;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;

/** Shows a user; the caller when no name is given. */
final class GetUser extends OwnUserOperation<GetUserRequest, GetUserResponse> {
  private final IamArns arns;

  GetUser(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(GetUserRequest.class, GetUserRequest::builder), true);
    this.arns = parts.arns();
  }

  @Override
  @Nullable String given(GetUserRequest input) {
    return input.userName();
  }

  @Override
  public void validate(GetUserRequest input) {
    named(input).verify();
  }

  @Override
  public GetUserResponse run(Call call, GetUserRequest input) {
    PrincipalRecord user = users.find(user(input, call.permit().caller()));
    return GetUserResponse.builder().user(UserShapes.full(user, arns)).build();
  }
}
