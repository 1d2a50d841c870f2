package dev.postern.server.service.sts;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccessKeyRecord.Principal;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.SessionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

/**
 * Gives a user temporary credentials of its own, as a rule to show that it has its MFA device
 * (spec/aws-api.md 3.2). Policies have no say in that: what the credentials may do is theirs.
 */
final class GetSessionToken extends StsOperation<GetSessionTokenRequest, GetSessionTokenResponse> {
  private static final int DURATION_SECONDS_MIN = 900;
  private static final int DURATION_SECONDS_MAX = 129_600;
  private static final int DURATION_SECONDS_DEFAULT = 43_200;

  private final StsParts parts;

  GetSessionToken(StsParts parts) {
    super(SdkCodec.of(GetSessionTokenRequest.class, GetSessionTokenRequest::builder));
    this.parts = parts;
  }

  @Override
  public Proof proof() {
    return Proof.ANY_ACCESS_KEY;
  }

  @Override
  public void validate(GetSessionTokenRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("durationSeconds", input.durationSeconds())
            .range(DURATION_SECONDS_MIN, DURATION_SECONDS_MAX);
    Mfa.check(constraints, input.serialNumber(), input.tokenCode()).verify();
  }

  @Override
  public Question question(GetSessionTokenRequest input, Caller caller) {
    return new Question(action(), List.of("*"), Proof.ANY_ACCESS_KEY);
  }

  @Override
  public GetSessionTokenResponse run(Call call, GetSessionTokenRequest input) {
    if (!(call.permit().caller() instanceof Caller.User user) || user.temporary().isPresent()) {
      throw new Fault("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
    }
    boolean mfa = parts.mfa().given(user, input.serialNumber(), input.tokenCode(), call.now());
    IssuedKey key =
        parts
            .store()
            .accessKeys()
            .issueTo(
                new Principal.User(user.name()),
                user.userId(),
                context(mfa ? Optional.of(call.now()) : Optional.empty()),
                Duration.ofSeconds(
                    input.durationSeconds() == null
                        ? DURATION_SECONDS_DEFAULT
                        : input.durationSeconds()))
            .orElseThrow(() ->
                new Fault(
                    "InvalidClientTokenId",
                    403,
                    "The security token included in the request is invalid."));
    return GetSessionTokenResponse.builder().credentials(RoleSessions.credentials(key)).build();
  }

  private static SessionContext context(Optional<Instant> mfaAt) {
    return new SessionContext(
        Optional.empty(), List.of(), Map.of(), Set.of(), Optional.empty(), mfaAt, false, Map.of());
  }
}
