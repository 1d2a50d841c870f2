package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.InstanceProfileRecord;
import dev.postern.server.store.InstanceProfiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iam.model.InstanceProfile;

/**
 * An operation on the one instance profile that its input names.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class InstanceProfileOperation<I extends SdkPojo, O extends SdkPojo>
    extends IamOperation<I, O> {
  private static final int NAME_CHARACTERS_MAX = 128;
  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");

  final IamArns arns;
  final InstanceProfiles profiles;
  final RoleShapes roles;

  InstanceProfileOperation(IamParts parts, Codec<I, O> codec, boolean readOnly) {
    super(codec, readOnly);
    this.arns = parts.arns();
    this.profiles = parts.store().instanceProfiles();
    this.roles = new RoleShapes(parts.arns());
  }

  /** The name in the input. */
  abstract String profile(I input);

  /** Checks the name; further members follow. */
  final Constraints named(I input) {
    return name(Constraints.of(), profile(input));
  }

  static Constraints name(Constraints constraints, @Nullable String name) {
    return constraints
        .member("instanceProfileName", name)
        .required()
        .length(1, NAME_CHARACTERS_MAX)
        .pattern(NAME);
  }

  /** The condition keys that follow from the input. */
  Map<String, List<String>> keys(I input) {
    return Map.of();
  }

  /** With the tags that the profile has; a refusal hides its path. */
  @Override
  public Question question(I input, Caller caller) {
    String name = profile(input);
    Optional<InstanceProfileRecord> found = profiles.find(name);
    Map<String, String> tags = found.map(InstanceProfileRecord::tags).orElse(Map.of());
    Map<String, List<String>> keys =
        ResourceTags.both(keys(input), ResourceTags.iamConditionKeys(tags));
    String arn =
        arns.instanceProfile(
            found.map(InstanceProfileRecord::path).orElse("/"),
            found.map(InstanceProfileRecord::name).orElse(name));
    Question.Check check =
        new Question.Check(action(), arn, keys).shownAs(arns.instanceProfile("/", name));
    return new Question(List.of(check), Question.Proof.ACCESS_KEY);
  }

  final InstanceProfileRecord find(String name) {
    return profiles.find(name).orElseThrow(() -> notFound(name));
  }

  private static Fault notFound(String name) {
    return PrincipalRules.noSuchEntity("Instance Profile " + name + " cannot be found.");
  }

  /**
   * Throws what a change that was not made says.
   *
   * @param roleName the role that the change is about; empty where there is none
   */
  static void require(InstanceProfiles.Outcome outcome, String name, String roleName) {
    switch (outcome) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_PROFILE -> throw notFound(name);
      case NO_ROLE ->
          throw PrincipalRules.noSuchEntity("The role with name " + roleName + " cannot be found.");
      case NAME_TAKEN ->
          throw new Fault(
              "EntityAlreadyExists", 409, "Instance Profile " + name + " already exists.");
      case HAS_ROLE ->
          throw roleName.isEmpty()
              ? new Fault(
                  "DeleteConflict",
                  409,
                  "Cannot delete entity, must remove roles from instance profile first.")
              : limit("InstanceSessionsPerInstanceProfile", 1);
      case OTHER_ROLE ->
          throw PrincipalRules.noSuchEntity(
              "Role " + roleName + " is not in instance profile " + name + ".");
      case TOO_MANY_PROFILES ->
          throw limit("InstanceProfilesPerAccount", InstanceProfiles.PROFILES_MAX);
      case TOO_MANY_TAGS -> throw limit("TagsPerInstanceProfile", InstanceProfiles.TAGS_MAX);
    }
  }

  private static Fault limit(String quota, int max) {
    return new Fault("LimitExceeded", 409, "Cannot exceed quota for " + quota + ": " + max);
  }

  /** Without tags, as lists show it. */
  static InstanceProfile listed(InstanceProfileRecord profile, IamArns arns, RoleShapes roles) {
    return InstanceProfile.builder()
        .path(profile.path())
        .instanceProfileName(profile.name())
        .instanceProfileId(profile.id())
        .arn(arns.instanceProfile(profile.path(), profile.name()))
        .createDate(profile.createdDate())
        .roles(profile.role().map(roles::listed).stream().toList())
        .build();
  }

  final InstanceProfile full(InstanceProfileRecord profile) {
    return listed(profile, arns, roles)
        .copy(shown ->
            shown.tags(profile.tags().isEmpty() ? null : PolicyTags.shown(profile.tags())));
  }
}
