package dev.postern.server.service.sts;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.TrustedRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;

/**
 * What may be asked for a session of a role, and how AWS refuses the rest (spec/aws-api.md 3.2).
 */
final class SessionRules {
  static final int DURATION_SECONDS_MIN = 900;
  static final int DURATION_SECONDS_MAX = 43_200;
  static final Duration DURATION_DEFAULT = Duration.ofHours(1);

  /** The longest session that a session of a role can get. */
  static final Duration CHAINED_MAX = Duration.ofHours(1);

  /** Of all policies and tags of one session, packed. */
  static final int PACKED_BYTES_MAX = 2048;

  static final int POLICIES_MAX = 10;

  private static final int ARN_CHARACTERS_MIN = 20;
  private static final int ARN_CHARACTERS_MAX = 2048;
  private static final int POLICY_CHARACTERS_MAX = 2048;
  private static final int NAME_CHARACTERS_MIN = 2;
  private static final int NAME_CHARACTERS_MAX = 64;
  private static final int PERCENT = 100;
  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]*");
  private static final Pattern POLICY = Pattern.compile("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+");

  private final CustomerPolicies policies;

  SessionRules(CustomerPolicies policies) {
    this.policies = policies;
  }

  static Constraints role(
      Constraints constraints, @Nullable String roleArn, @Nullable String sessionName) {
    return constraints
        .member("roleArn", roleArn)
        .required()
        .length(ARN_CHARACTERS_MIN, ARN_CHARACTERS_MAX)
        .member("roleSessionName", sessionName)
        .required()
        .length(NAME_CHARACTERS_MIN, NAME_CHARACTERS_MAX)
        .pattern(NAME);
  }

  static Constraints duration(Constraints constraints, @Nullable Integer seconds) {
    return constraints
        .member("durationSeconds", seconds)
        .range(DURATION_SECONDS_MIN, DURATION_SECONDS_MAX);
  }

  static Constraints policies(
      Constraints constraints, @Nullable String policy, List<PolicyDescriptorType> arns) {
    constraints
        .member("policy", policy)
        .length(1, POLICY_CHARACTERS_MAX)
        .pattern(POLICY)
        .member("policyArns", arns)
        .length(0, POLICIES_MAX);
    int index = 0;
    for (PolicyDescriptorType each : arns) {
      index++;
      constraints
          .member("policyArns." + index + ".member.arn", each.arn())
          .required()
          .length(ARN_CHARACTERS_MIN, ARN_CHARACTERS_MAX);
    }
    return constraints;
  }

  /** Names of principals, and identities that are not AWS's own. */
  static Constraints sourceIdentity(Constraints constraints, @Nullable String identity) {
    return constraints
        .member("sourceIdentity", identity)
        .length(NAME_CHARACTERS_MIN, NAME_CHARACTERS_MAX)
        .pattern(NAME);
  }

  static void requirePolicy(@Nullable String policy) {
    if (policy == null) {
      return;
    }
    try {
      PolicyDocument.parse(policy, PolicyDocument.Kind.IDENTITY);
    } catch (MalformedPolicyException malformed) {
      throw new Fault("MalformedPolicyDocument", 400, String.valueOf(malformed.getMessage()));
    }
  }

  /** The ARNs, each of a policy that exists. */
  List<String> requirePolicies(List<PolicyDescriptorType> descriptors) {
    List<String> arns = descriptors.stream().map(PolicyDescriptorType::arn).toList();
    for (String arn : arns) {
      if (ManagedPolicies.find(arn).isEmpty() && policies.find(arn).isEmpty()) {
        throw new Fault(
            "MalformedPolicyDocument",
            400,
            "Policy " + arn + " does not exist or is not attachable.");
      }
    }
    return arns;
  }

  /** How long the session lasts that was asked for. */
  static Duration duration(@Nullable Integer seconds, TrustedRole role, boolean chained) {
    Duration duration = seconds == null ? DURATION_DEFAULT : Duration.ofSeconds(seconds);
    if (chained && duration.compareTo(CHAINED_MAX) > 0) {
      throw new Fault(
          "ValidationError",
          400,
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
              + " chaining");
    }
    if (duration.compareTo(role.maxSessionDuration()) > 0) {
      throw new Fault(
          "ValidationError",
          400,
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    return duration;
  }

  /** Whether the next session is one that a role's session got. */
  static boolean isChained(Caller caller) {
    return caller instanceof Caller.RoleSession;
  }

  /** How much of the allotted space a session's policies and tags take; absent without any. */
  static OptionalInt packedPercent(
      Optional<String> policy, List<String> policyArns, Map<String, String> tags) {
    if (policy.isEmpty() && policyArns.isEmpty() && tags.isEmpty()) {
      return OptionalInt.empty();
    }
    StringBuilder text = new StringBuilder();
    policy.ifPresent(text::append);
    policyArns.forEach(arn -> text.append(arn).append('\0'));
    tags.forEach((key, value) -> text.append(key).append('\0').append(value).append('\0'));
    int percent =
        Math.ceilDiv(deflated(text.toString().getBytes(UTF_8)) * PERCENT, PACKED_BYTES_MAX);
    if (percent > PERCENT) {
      throw new Fault(
          "PackedPolicyTooLarge",
          400,
          "Packed policy consumes " + percent + "% of allotted space, please use smaller policy.");
    }
    return OptionalInt.of(percent);
  }

  private static int deflated(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
      deflater.setInput(bytes);
      deflater.finish();
      byte[] part = new byte[PACKED_BYTES_MAX];
      int size = 0;
      while (!deflater.finished()) {
        size += deflater.deflate(part);
      }
      return size;
    }
  }
}
