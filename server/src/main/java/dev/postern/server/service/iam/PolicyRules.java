package dev.postern.server.service.iam;

import dev.postern.aws.Arn;
import dev.postern.aws.Fault;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Permit;
import dev.postern.server.access.Question;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.CustomerPolicies;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the operations on managed policies accept, and how they refuse (spec/aws-api.md 3.1). */
final class PolicyRules {
  /** Characters of a managed policy that are no white space. */
  static final int DOCUMENT_CHARACTERS_MAX = 6144;

  /** Characters of a document as it comes. */
  static final int TEXT_CHARACTERS_MAX = 131_072;

  static final int ARN_CHARACTERS_MIN = 20;
  static final int ARN_CHARACTERS_MAX = 2048;
  static final Pattern TEXT = Pattern.compile("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+");
  static final Pattern TEXT_OR_NOTHING =
      Pattern.compile("[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*");

  private static final int PATH_CHARACTERS_MAX = 512;

  /** As AWS writes it; {@link #PATH_PATTERN} is the same without the stack that it would need. */
  private static final String PATH_SHOWN = "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/";

  private static final Pattern PATH_PATTERN = Pattern.compile("(?:/[A-Za-z0-9.,+@=_-]++)*+/");
  private static final Pattern VERSION = Pattern.compile("v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?");
  private static final int VERSION_DIGITS_MAX = 15;

  private PolicyRules() {}

  static Constraints path(Constraints constraints, String member, @Nullable String path) {
    constraints.member(member, path).length(1, PATH_CHARACTERS_MAX);
    return path == null
        ? constraints
        : constraints.check(
            PATH_PATTERN.matcher(path).matches(),
            "Member must satisfy regular expression pattern: " + PATH_SHOWN);
  }

  static Constraints arn(Constraints constraints, String member, @Nullable String arn) {
    return constraints
        .member(member, arn)
        .required()
        .length(ARN_CHARACTERS_MIN, ARN_CHARACTERS_MAX);
  }

  static Constraints version(Constraints constraints, @Nullable String versionId) {
    return constraints.member("versionId", versionId).required().pattern(VERSION);
  }

  static Constraints document(Constraints constraints, String member, @Nullable String text) {
    return constraints.member(member, text).length(1, TEXT_CHARACTERS_MAX).pattern(TEXT);
  }

  /** Refuses what has the length of an ARN but is none. */
  static void requireArn(String arn) {
    if (!Arn.isValid(arn)) {
      throw new Fault("ValidationError", 400, "Invalid ARN:  Could not be parsed!");
    }
  }

  static String versionId(long version) {
    return "v" + version;
  }

  /** The number in a version's id; 0, which no version has, when it cannot be one of ours. */
  static long versionNumber(String versionId) {
    String digits = versionId.substring(1);
    return digits.length() > VERSION_DIGITS_MAX || digits.indexOf('.') >= 0
        ? 0
        : Long.parseLong(digits);
  }

  /** Refuses a document that is no identity policy or too long. */
  static void requireManagedPolicy(String text) {
    try {
      int characters = PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY).characters();
      if (characters > DOCUMENT_CHARACTERS_MAX) {
        throw new Fault(
            "LimitExceeded", 409, "Cannot exceed quota for PolicySize: " + DOCUMENT_CHARACTERS_MAX);
      }
    } catch (MalformedPolicyException malformed) {
      throw new Fault("MalformedPolicyDocument", 400, String.valueOf(malformed.getMessage()));
    }
  }

  /** The action on a policy, with the tags that the policy has. */
  static Question question(String action, String arn, CustomerPolicies policies) {
    return question(action, arn, policies, Map.of());
  }

  /**
   * The same with keys that follow from the input.
   *
   * @param more of the call's own keys
   */
  static Question question(
      String action, String arn, CustomerPolicies policies, Map<String, List<String>> more) {
    Map<String, List<String>> keys =
        ResourceTags.both(more, ResourceTags.iamConditionKeys(policies.tags(arn)));
    return new Question(List.of(new Question.Check(action, arn, keys)), Question.Proof.ACCESS_KEY);
  }

  /** AWS's policies belong to AWS's own account, where nobody else may change anything. */
  static void requireOwn(Permit permit, String action, String arn) {
    if (ManagedPolicies.isAwsArn(arn)) {
      throw new Fault(
          "AccessDenied",
          403,
          "User: "
              + permit.caller().arn()
              + " is not authorized to perform: "
              + action
              + " on resource: policy "
              + arn);
    }
  }

  static Fault notFound(String arn) {
    return new Fault("NoSuchEntity", 404, "Policy " + arn + " was not found.");
  }

  static Fault noVersion(String arn, String versionId) {
    return new Fault(
        "NoSuchEntity",
        404,
        "Policy " + arn + " version " + versionId + " does not exist or is not attachable.");
  }

  /** Throws what a change that was not made says. */
  static void requireDone(CustomerPolicies.Outcome outcome, String arn, String versionId) {
    switch (outcome) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_POLICY -> throw notFound(arn);
      case NO_VERSION -> throw noVersion(arn, versionId);
      case NAME_TAKEN ->
          throw new Fault(
              "EntityAlreadyExists",
              409,
              "A policy called "
                  + arn.substring(arn.lastIndexOf('/') + 1)
                  + " already exists. Duplicate names are not allowed.");
      case TOO_MANY_POLICIES ->
          throw new Fault(
              "LimitExceeded",
              409,
              "Cannot exceed quota for PoliciesPerAccount: " + CustomerPolicies.POLICIES_MAX);
      case TOO_MANY_VERSIONS ->
          throw new Fault(
              "LimitExceeded",
              409,
              "A managed policy can have up to "
                  + CustomerPolicies.VERSIONS_MAX
                  + " versions. Before you create a new version, you must delete an existing"
                  + " version.");
      case TOO_MANY_TAGS ->
          throw new Fault(
              "LimitExceeded",
              409,
              "The number of tags has reached the maximum limit: " + CustomerPolicies.TAGS_MAX);
      case IN_FORCE ->
          throw new Fault("DeleteConflict", 409, "Cannot delete the default version of a policy.");
      case ATTACHED ->
          throw new Fault("DeleteConflict", 409, "Cannot delete a policy attached to entities.");
      case OTHER_VERSIONS ->
          throw new Fault(
              "DeleteConflict",
              409,
              "This policy has more than one version. Before you delete a policy, you must delete"
                  + " the policy's versions. The default version is deleted with the policy.");
    }
  }
}
