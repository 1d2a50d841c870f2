package dev.postern.server.service.sts;

import dev.postern.aws.Arn;
import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Check;
import dev.postern.server.access.policy.ResourceSide;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Grants;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.TrustedRole;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/** Gives temporary credentials of a role to whom it trusts (spec/aws-api.md 3.2, 4.5). */
final class AssumeRole extends StsOperation<AssumeRoleRequest, AssumeRoleResponse> {
  private static final int EXTERNAL_ID_CHARACTERS_MIN = 2;
  private static final int EXTERNAL_ID_CHARACTERS_MAX = 1224;
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:\\/-]*");

  private final StsParts parts;
  private final RoleSessions sessions;
  private final InstantSource clock;

  AssumeRole(StsParts parts) {
    super(SdkCodec.of(AssumeRoleRequest.class, AssumeRoleRequest::builder));
    this.parts = parts;
    this.sessions = new RoleSessions(parts);
    this.clock = parts.clock();
  }

  @Override
  public void validate(AssumeRoleRequest input) {
    Constraints constraints =
        SessionRules.role(Constraints.of(), input.roleArn(), input.roleSessionName());
    SessionRules.duration(constraints, input.durationSeconds());
    SessionRules.policies(constraints, input.policy(), input.policyArns());
    SessionTags.check(constraints, input.tags(), input.transitiveTagKeys());
    Mfa.check(constraints, input.serialNumber(), input.tokenCode());
    SessionRules.sourceIdentity(constraints, input.sourceIdentity())
        .member("externalId", input.externalId())
        .length(EXTERNAL_ID_CHARACTERS_MIN, EXTERNAL_ID_CHARACTERS_MAX)
        .pattern(EXTERNAL_ID)
        .verify();
    if (!Arn.isValid(input.roleArn())) {
      throw new Fault("ValidationError", 400, input.roleArn() + " is invalid");
    }
    if (!input.providedContexts().isEmpty()) {
      throw new Fault("ValidationError", 400, "This server knows no context providers.");
    }
    SessionTags.requireConsistent(input.tags(), input.transitiveTagKeys());
    SessionRules.requirePolicy(input.policy());
  }

  /**
   * Tags and a source identity need rights of their own, whether they are given or inherited. The
   * code of an MFA device is verified here, because policies may ask for it.
   */
  @Override
  public Question question(AssumeRoleRequest input, Caller caller) {
    SessionTags tags = SessionTags.of(caller, input.tags(), input.transitiveTagKeys());
    Optional<String> sourceIdentity = sourceIdentity(input, caller);
    Map<String, List<String>> keys = new LinkedHashMap<>();
    keys.put("sts:RoleSessionName", List.of(input.roleSessionName()));
    keys.put("sts:DurationSeconds", List.of(String.valueOf(seconds(input))));
    if (input.externalId() != null) {
      keys.put("sts:ExternalId", List.of(input.externalId()));
    }
    sourceIdentity.ifPresent(identity -> keys.put("sts:SourceIdentity", List.of(identity)));
    tags.putKeys(keys);
    Optional<TrustedRole> role = parts.trust().find(input.roleArn());
    role.flatMap(found -> parts.store().grants().ofRole(found.name()))
        .map(Grants.Granted::tags)
        .ifPresent(roleTags -> keys.putAll(ResourceTags.iamConditionKeys(roleTags)));
    if (parts.mfa().given(caller, input.serialNumber(), input.tokenCode(), clock.instant())) {
      keys.put("aws:MultiFactorAuthPresent", List.of("true"));
      keys.put("aws:MultiFactorAuthAge", List.of("0"));
    }
    Optional<ResourceSide> side = Optional.of(parts.trust().side(role));
    List<Check> checks = new ArrayList<>();
    checks.add(new Check(action(), input.roleArn(), keys, side));
    if (!tags.all().isEmpty()) {
      checks.add(new Check("sts:TagSession", input.roleArn(), keys, side));
    }
    if (sourceIdentity.isPresent()) {
      checks.add(new Check("sts:SetSourceIdentity", input.roleArn(), keys, side));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  private static long seconds(AssumeRoleRequest input) {
    return input.durationSeconds() == null
        ? SessionRules.DURATION_DEFAULT.toSeconds()
        : input.durationSeconds();
  }

  /** Once set, it stays for all sessions that follow. */
  private static Optional<String> sourceIdentity(AssumeRoleRequest input, Caller caller) {
    Optional<String> before =
        caller.temporary().flatMap(temporary -> temporary.context().sourceIdentity());
    Optional<String> asked = Optional.ofNullable(input.sourceIdentity());
    if (before.isPresent() && asked.isPresent() && !before.equals(asked)) {
      throw new Fault(
          "AccessDenied",
          403,
          "The source identity of the calling session cannot be changed by role chaining.");
    }
    return asked.or(() -> before);
  }

  @Override
  public AssumeRoleResponse run(Call call, AssumeRoleRequest input) {
    Caller caller = call.permit().caller();
    TrustedRole role = sessions.permitted(call);
    boolean chained = SessionRules.isChained(caller);
    Duration duration = SessionRules.duration(input.durationSeconds(), role, chained);
    SessionTags tags = SessionTags.of(caller, input.tags(), input.transitiveTagKeys());
    Optional<String> policy = Optional.ofNullable(input.policy());
    List<String> policyArns = parts.rules().requirePolicies(input.policyArns());
    OptionalInt packed = SessionRules.packedPercent(policy, policyArns, tags.all());
    Optional<String> sourceIdentity = sourceIdentity(input, caller);
    SessionContext context =
        new SessionContext(
            policy,
            policyArns,
            tags.all(),
            tags.transitive(),
            sourceIdentity,
            mfaAt(call, input),
            chained,
            Map.of());
    IssuedKey key = sessions.issue(call, role, input.roleSessionName(), context, duration);
    return AssumeRoleResponse.builder()
        .credentials(RoleSessions.credentials(key))
        .assumedRoleUser(sessions.user(role, input.roleSessionName()))
        .packedPolicySize(packed.isPresent() ? packed.getAsInt() : null)
        .sourceIdentity(sourceIdentity.orElse(null))
        .build();
  }

  /** The question verified the code that the call came with. */
  private static Optional<Instant> mfaAt(Call call, AssumeRoleRequest input) {
    return input.tokenCode() == null ? Optional.empty() : Optional.of(call.now());
  }
}
