package dev.postern.server.service.sts;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.service.Call;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** Tells callers who they are; nobody with an access key is refused (spec/aws-api.md 3.2). */
public final class GetCallerIdentity
    implements Operation<GetCallerIdentityRequest, GetCallerIdentityResponse> {
  private static final Codec<GetCallerIdentityRequest, GetCallerIdentityResponse> CODEC =
      SdkCodec.of(GetCallerIdentityRequest.class, GetCallerIdentityRequest::builder);

  private final String accountId;

  public GetCallerIdentity(String accountId) {
    this.accountId = accountId;
  }

  @Override
  public String name() {
    return "GetCallerIdentity";
  }

  @Override
  public Proof proof() {
    return Proof.ANY_ACCESS_KEY;
  }

  @Override
  public Codec<GetCallerIdentityRequest, GetCallerIdentityResponse> codec() {
    return CODEC;
  }

  @Override
  public void validate(GetCallerIdentityRequest input) {
    // There is nothing in it.
  }

  @Override
  public Question question(GetCallerIdentityRequest input, Caller caller) {
    return new Question("sts:GetCallerIdentity", List.of("*"), Proof.ANY_ACCESS_KEY);
  }

  @Override
  public GetCallerIdentityResponse run(Call call, GetCallerIdentityRequest input) {
    Caller caller = call.permit().caller();
    return GetCallerIdentityResponse.builder()
        .userId(caller.userId())
        .account(accountId)
        .arn(caller.arn())
        .build();
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public Map<String, Object> auditParameters(GetCallerIdentityRequest input) {
    return Map.of();
  }

  @Override
  public Map<String, Object> auditElements(GetCallerIdentityResponse output) {
    return Map.of();
  }
}
