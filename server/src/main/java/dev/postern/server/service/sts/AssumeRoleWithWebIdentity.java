package dev.postern.server.service.sts;

import dev.postern.aws.Arn;
import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Check;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.ResourceSide;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.TrustedRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;

/**
 * Gives temporary credentials of a role to whoever shows an ID token of a provider that the role
 * trusts (spec/aws-api.md 3.2, 4.5). The call is unsigned: the token is the proof, verified before
 * the trust policy is asked.
 */
final class AssumeRoleWithWebIdentity
    extends StsOperation<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse> {
  private static final int TOKEN_CHARACTERS_MIN = 4;
  private static final int TOKEN_CHARACTERS_MAX = 20_000;

  private final StsParts parts;
  private final RoleSessions sessions;
  private final WebIdentityTokens tokens;

  AssumeRoleWithWebIdentity(StsParts parts) {
    super(
        SdkCodec.of(
            AssumeRoleWithWebIdentityRequest.class, AssumeRoleWithWebIdentityRequest::builder));
    this.parts = parts;
    this.sessions = new RoleSessions(parts);
    this.tokens = new WebIdentityTokens(parts.store().oidcProviders(), new ProviderKeys());
  }

  @Override
  public Proof proof() {
    return Proof.WEB_IDENTITY;
  }

  @Override
  public void validate(AssumeRoleWithWebIdentityRequest input) {
    Constraints constraints =
        SessionRules.role(Constraints.of(), input.roleArn(), input.roleSessionName());
    SessionRules.duration(constraints, input.durationSeconds());
    SessionRules.policies(constraints, input.policy(), input.policyArns())
        .secret("webIdentityToken", input.webIdentityToken())
        .required()
        .length(TOKEN_CHARACTERS_MIN, TOKEN_CHARACTERS_MAX)
        .verify();
    if (!Arn.isValid(input.roleArn())) {
      throw new Fault("ValidationError", 400, input.roleArn() + " is invalid");
    }
    if (input.providerId() != null) {
      throw new Fault(
          "ValidationError",
          400,
          "ProviderId is for OAuth 2.0 access tokens, which this server does not take.");
    }
    SessionRules.requirePolicy(input.policy());
  }

  @Override
  public Question question(AssumeRoleWithWebIdentityRequest input, Caller caller) {
    WebIdentity identity = tokens.verify(input.webIdentityToken(), parts.clock().instant());
    SessionTags tags = tags(identity, caller);
    Map<String, List<String>> keys = new LinkedHashMap<>(identity.conditionKeys());
    keys.put("sts:RoleSessionName", List.of(input.roleSessionName()));
    identity.sourceIdentity().ifPresent(source -> keys.put("sts:SourceIdentity", List.of(source)));
    tags.putKeys(keys);
    Optional<ResourceSide> side =
        Optional.of(parts.trust().side(parts.trust().find(input.roleArn())));
    List<Check> checks = new ArrayList<>();
    checks.add(new Check(action(), input.roleArn(), keys, side));
    if (!tags.all().isEmpty()) {
      checks.add(new Check("sts:TagSession", input.roleArn(), keys, side));
    }
    if (identity.sourceIdentity().isPresent()) {
      checks.add(new Check("sts:SetSourceIdentity", input.roleArn(), keys, side));
    }
    return Question.ofFederated(new PolicyPrincipal.Federated(identity.provider().arn()), checks);
  }

  private static SessionTags tags(WebIdentity identity, Caller caller) {
    Constraints constraints = Constraints.of();
    SessionTags.check(constraints, identity.tags(), identity.transitiveTags());
    SessionRules.sourceIdentity(constraints, identity.sourceIdentity().orElse(null)).verify();
    SessionTags.requireConsistent(identity.tags(), identity.transitiveTags());
    return SessionTags.of(caller, identity.tags(), identity.transitiveTags());
  }

  @Override
  public AssumeRoleWithWebIdentityResponse run(Call call, AssumeRoleWithWebIdentityRequest input) {
    // Verified a moment ago; what it says is not in the permit.
    WebIdentity identity = tokens.verify(input.webIdentityToken(), call.now());
    TrustedRole role = sessions.permitted(call);
    Duration duration = SessionRules.duration(input.durationSeconds(), role, false);
    SessionTags tags = tags(identity, call.permit().caller());
    Optional<String> policy = Optional.ofNullable(input.policy());
    List<String> policyArns = parts.rules().requirePolicies(input.policyArns());
    OptionalInt packed = SessionRules.packedPercent(policy, policyArns, tags.all());
    SessionContext context =
        new SessionContext(
            policy,
            policyArns,
            tags.all(),
            tags.transitive(),
            identity.sourceIdentity(),
            Optional.empty(),
            false,
            identity.conditionKeys());
    IssuedKey key = sessions.issue(call, role, input.roleSessionName(), context, duration);
    return AssumeRoleWithWebIdentityResponse.builder()
        .credentials(RoleSessions.credentials(key))
        .subjectFromWebIdentityToken(identity.subject())
        .assumedRoleUser(sessions.user(role, input.roleSessionName()))
        .packedPolicySize(packed.isPresent() ? packed.getAsInt() : null)
        .provider("https://" + identity.provider().url())
        .audience(identity.audience().getFirst())
        .sourceIdentity(identity.sourceIdentity().orElse(null))
        .build();
  }
}
