package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Question;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.Groups;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.PrincipalChange;
import dev.postern.server.store.PrincipalPolicies;
import dev.postern.server.store.PrincipalRecord;
import dev.postern.server.store.Roles;
import dev.postern.server.store.Users;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.Tag;

/**
 * What operations on users, groups and roles have alike: how they are named, asked for, shown and
 * refused, and the policies and tags that they have (spec/aws-api.md 3.1). Safe for use by many
 * threads.
 */
final class PrincipalRules {
  private static final int NAME_CHARACTERS_MAX = 128;
  private static final int ROLE_NAME_CHARACTERS_MAX = 64;
  private static final int POLICY_NAME_CHARACTERS_MAX = 128;

  /** Characters of all inline policies of one principal, white space not counted. */
  private static final int USER_INLINE_MAX = 2048;

  private static final int GROUP_INLINE_MAX = 5120;
  private static final int ROLE_INLINE_MAX = 10_240;
  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");

  private final IamEntity kind;
  private final IamArns arns;
  private final PrincipalPolicies principals;
  private final PolicyPages pages;

  PrincipalRules(IamEntity kind, IamParts parts) {
    this.kind = kind;
    this.arns = parts.arns();
    this.principals = parts.store().principalPolicies();
    this.pages = new PolicyPages(parts.marker());
  }

  /** {@code user}, {@code group} or {@code role}. */
  String label() {
    return switch (kind) {
      case USER -> "user";
      case GROUP -> "group";
      case ROLE -> "role";
      case POLICY, INSTANCE_PROFILE, OIDC_PROVIDER, MFA_DEVICE ->
          throw new IllegalStateException("no principal: " + kind);
    };
  }

  private int inlineMax() {
    return switch (kind) {
      case USER -> USER_INLINE_MAX;
      case GROUP -> GROUP_INLINE_MAX;
      default -> ROLE_INLINE_MAX;
    };
  }

  private int accountMax() {
    return switch (kind) {
      case USER -> Users.USERS_MAX;
      case GROUP -> Groups.GROUPS_MAX;
      default -> Roles.ROLES_MAX;
    };
  }

  /** Checks the member {@code userName}, {@code groupName} or {@code roleName}. */
  Constraints name(Constraints constraints, @Nullable String name) {
    return optionalName(constraints, name).required();
  }

  Constraints optionalName(Constraints constraints, @Nullable String name) {
    return name(constraints, label() + "Name", name);
  }

  Constraints name(Constraints constraints, String member, @Nullable String name) {
    return constraints
        .member(member, name)
        .length(1, kind == IamEntity.ROLE ? ROLE_NAME_CHARACTERS_MAX : NAME_CHARACTERS_MAX)
        .pattern(NAME);
  }

  static Constraints policyName(Constraints constraints, @Nullable String policyName) {
    return constraints
        .member("policyName", policyName)
        .required()
        .length(1, POLICY_NAME_CHARACTERS_MAX)
        .pattern(NAME);
  }

  /** The ARN of one that may not exist: then as if it had no path. */
  String arn(String name) {
    Optional<PrincipalRecord> found = principals.find(kind, name);
    return arn(
        found.map(PrincipalRecord::path).orElse("/"),
        found.map(PrincipalRecord::name).orElse(name));
  }

  String arn(PrincipalRecord principal) {
    return arn(principal.path(), principal.name());
  }

  String arn(String path, String name) {
    return switch (kind) {
      case USER -> arns.user(path, name);
      case GROUP -> arns.group(path, name);
      default -> arns.role(path, name);
    };
  }

  /** The ARN of one that gets another path or name; null for what stays. */
  String arn(String name, @Nullable String newPath, @Nullable String newName) {
    Optional<PrincipalRecord> found = principals.find(kind, name);
    return arn(
        newPath == null ? found.map(PrincipalRecord::path).orElse("/") : newPath,
        newName == null ? found.map(PrincipalRecord::name).orElse(name) : newName);
  }

  /** One action on one principal, with the tags that it has; a refusal hides its path. */
  Question question(String action, String name, Map<String, List<String>> keys) {
    Map<String, String> tags =
        principals.find(kind, name).map(PrincipalRecord::tags).orElse(Map.of());
    Map<String, List<String>> all = ResourceTags.both(keys, ResourceTags.iamConditionKeys(tags));
    return new Question(
        List.of(new Question.Check(action, arn(name), all).shownAs(arn("/", name))),
        Question.Proof.ACCESS_KEY);
  }

  Question question(String action, String name) {
    return question(action, name, Map.of());
  }

  static Map<String, List<String>> policyKey(String policyArn) {
    return Map.of("iam:PolicyARN", List.of(policyArn));
  }

  static Map<String, List<String>> boundaryKey(@Nullable String policyArn) {
    return policyArn == null ? Map.of() : Map.of("iam:PermissionsBoundary", List.of(policyArn));
  }

  /** The key of changes to what a principal may: the boundary that it has at present. */
  Map<String, List<String>> boundaryOf(String name) {
    return boundaryKey(principals.find(kind, name).flatMap(PrincipalRecord::boundary).orElse(null));
  }

  /** The principal, or AWS's refusal. */
  PrincipalRecord find(String name) {
    return principals.find(kind, name).orElseThrow(() -> notFound(name));
  }

  Fault notFound(String name) {
    return noSuchEntity("The " + label() + " with name " + name + " cannot be found.");
  }

  static Fault noSuchEntity(String message) {
    return new Fault("NoSuchEntity", 404, message);
  }

  private static Fault limit(String quota, int max) {
    return new Fault("LimitExceeded", 409, "Cannot exceed quota for " + quota + ": " + max);
  }

  private static Fault conflict(String what) {
    return new Fault("DeleteConflict", 409, "Cannot delete entity, must " + what + " first.");
  }

  /**
   * Throws what a change that was not made says.
   *
   * @param what the policy that the change is about; its ARN or its name
   */
  void require(PrincipalChange change, String name, String what) {
    String kindName =
        label().substring(0, 1).toUpperCase(java.util.Locale.ROOT) + label().substring(1);
    switch (change) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_PRINCIPAL -> throw notFound(name);
      case NAME_TAKEN ->
          throw new Fault(
              "EntityAlreadyExists", 409, kindName + " with name " + name + " already exists.");
      case NO_POLICY ->
          throw noSuchEntity("Policy " + what + " does not exist or is not attachable.");
      case NOT_THERE ->
          throw noSuchEntity(
              what.startsWith("arn:")
                  ? "Policy " + what + " was not found."
                  : "The " + label() + " policy with name " + what + " cannot be found.");
      case TOO_MANY_PRINCIPALS -> throw limit(kindName + "sPerAccount", accountMax());
      case TOO_MANY_POLICIES ->
          throw limit("PoliciesPer" + kindName, PrincipalPolicies.ATTACHED_MAX);
      case TOO_MANY_TAGS -> throw limit("TagsPer" + kindName, PrincipalPolicies.TAGS_MAX);
      case TOO_MANY_GROUPS -> throw limit("GroupsPerUser", Groups.GROUPS_PER_USER_MAX);
      case INLINE_TOO_LONG ->
          throw new Fault(
              "LimitExceeded",
              409,
              "Maximum policy size of "
                  + inlineMax()
                  + " bytes exceeded for "
                  + label()
                  + " "
                  + name);
      case HAS_ACCESS_KEYS -> throw conflict("delete access keys");
      case HAS_POLICIES -> throw conflict("delete policies");
      case HAS_ATTACHED_POLICIES -> throw conflict("detach all policies");
      case HAS_GROUPS -> throw conflict("remove user from all groups");
      case HAS_USERS -> throw conflict("remove users from group");
      case HAS_MFA_DEVICES -> throw conflict("delete MFA device");
      case HAS_INSTANCE_PROFILES -> throw conflict("remove roles from instance profile");
    }
  }

  static boolean isAwsPolicy(String arn) {
    return ManagedPolicies.find(arn).isPresent();
  }

  void attach(String name, String policyArn) {
    require(principals.attach(kind, name, policyArn, PrincipalRules::isAwsPolicy), name, policyArn);
  }

  void detach(String name, String policyArn) {
    require(principals.detach(kind, name, policyArn), name, policyArn);
  }

  /** A page of attached policies, in the order of their ARNs. */
  PolicyPages.Page<AttachedPolicy> attached(
      String name,
      @Nullable String pathPrefix,
      @Nullable Integer maxItems,
      @Nullable String marker) {
    find(name);
    String prefix = pathPrefix == null ? "/" : pathPrefix;
    List<AttachedPolicy> policies =
        principals.attached(kind, name).stream()
            .filter(arn -> arn.substring(arn.indexOf('/')).startsWith(prefix))
            .map(arn ->
                AttachedPolicy.builder()
                    .policyArn(arn)
                    .policyName(arn.substring(arn.lastIndexOf('/') + 1))
                    .build())
            .toList();
    return pages.slice("attached " + kind + " " + name + " " + prefix, policies, maxItems, marker);
  }

  void checkDocument(String document) {
    try {
      PolicyDocument.parse(document, PolicyDocument.Kind.IDENTITY);
    } catch (MalformedPolicyException malformed) {
      throw new Fault("MalformedPolicyDocument", 400, String.valueOf(malformed.getMessage()));
    }
  }

  void putInline(String name, String policyName, String document) {
    require(principals.putInline(kind, name, policyName, document, inlineMax()), name, policyName);
  }

  /** The document as answers show it: percent-encoded (spec/aws-api.md 1.5). */
  String inline(String name, String policyName) {
    find(name);
    String document = principals.inline(kind, name).get(policyName);
    if (document == null) {
      throw noSuchEntity(
          "The " + label() + " policy with name " + policyName + " cannot be found.");
    }
    return encoded(document);
  }

  static String encoded(String document) {
    return PercentEncoding.encode(document);
  }

  PolicyPages.Page<String> inlineNames(
      String name, @Nullable Integer maxItems, @Nullable String marker) {
    find(name);
    return pages.slice(
        "inline " + kind + " " + name,
        List.copyOf(principals.inline(kind, name).keySet()),
        maxItems,
        marker);
  }

  void deleteInline(String name, String policyName) {
    require(principals.deleteInline(kind, name, policyName), name, policyName);
  }

  void setBoundary(String name, String policyArn) {
    require(
        principals.setBoundary(kind, name, Optional.of(policyArn), PrincipalRules::isAwsPolicy),
        name,
        policyArn);
  }

  void removeBoundary(String name) {
    PrincipalChange change =
        principals.setBoundary(kind, name, Optional.empty(), PrincipalRules::isAwsPolicy);
    if (change == PrincipalChange.NOT_THERE) {
      throw noSuchEntity("The " + label() + " with name " + name + " has no permissions boundary.");
    }
    require(change, name, "");
  }

  void tag(String name, List<Tag> tags) {
    require(principals.tag(kind, name, PolicyTags.map(tags)), name, "");
  }

  void untag(String name, List<String> tagKeys) {
    require(principals.untag(kind, name, tagKeys), name, "");
  }

  PolicyPages.Page<Tag> tags(String name, @Nullable Integer maxItems, @Nullable String marker) {
    return pages.slice(
        "tags " + kind + " " + name, PolicyTags.shown(find(name).tags()), maxItems, marker);
  }

  /** A page of principals whose paths begin so, in the order of their names. */
  PolicyPages.Page<PrincipalRecord> page(
      @Nullable String pathPrefix, @Nullable Integer maxItems, @Nullable String marker) {
    String prefix = pathPrefix == null ? "/" : pathPrefix;
    String query = "list " + kind + " " + prefix;
    int limit = PolicyPages.limit(maxItems);
    List<PrincipalRecord> read =
        principals.list(kind, prefix, pages.open(query, marker).orElse(""), limit + 1);
    return pages.cut(query, read, limit, PrincipalRecord::name);
  }
}
