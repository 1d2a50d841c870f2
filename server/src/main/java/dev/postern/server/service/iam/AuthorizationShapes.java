package dev.postern.server.service.iam;

import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.ManagedPolicy;
import dev.postern.server.store.AccountDetails;
import dev.postern.server.store.CustomerPolicyRecord;
import dev.postern.server.store.PolicyVersionRecord;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.GroupDetail;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyDetail;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.RoleDetail;
import software.amazon.awssdk.services.iam.model.RoleLastUsed;
import software.amazon.awssdk.services.iam.model.UserDetail;

/** Users, groups, roles and policies as GetAccountAuthorizationDetails shows them. */
final class AuthorizationShapes {
  private final IamArns arns;

  AuthorizationShapes(IamArns arns) {
    this.arns = arns;
  }

  UserDetail user(AccountDetails.User user) {
    AccountDetails.Entity entity = user.entity();
    return UserDetail.builder()
        .path(entity.path())
        .userName(entity.name())
        .userId(entity.id())
        .arn(arns.user(entity.path(), entity.name()))
        .createDate(entity.createdDate())
        .userPolicyList(inline(entity.inline()))
        .groupList(user.groups())
        .attachedManagedPolicies(attached(entity.attached()))
        .permissionsBoundary(PolicyShapes.boundary(entity.boundary()))
        .tags(PolicyTags.shown(entity.tags()))
        .build();
  }

  GroupDetail group(AccountDetails.Entity entity) {
    return GroupDetail.builder()
        .path(entity.path())
        .groupName(entity.name())
        .groupId(entity.id())
        .arn(arns.group(entity.path(), entity.name()))
        .createDate(entity.createdDate())
        .groupPolicyList(inline(entity.inline()))
        .attachedManagedPolicies(attached(entity.attached()))
        .build();
  }

  RoleDetail role(AccountDetails.Role role) {
    AccountDetails.Entity entity = role.entity();
    return RoleDetail.builder()
        .path(entity.path())
        .roleName(entity.name())
        .roleId(entity.id())
        .arn(arns.role(entity.path(), entity.name()))
        .createDate(entity.createdDate())
        .assumeRolePolicyDocument(PercentEncoding.encode(role.trustPolicy()))
        .instanceProfileList(
            role.profiles().stream().map(profile -> profile(profile, role)).toList())
        .rolePolicyList(inline(entity.inline()))
        .attachedManagedPolicies(attached(entity.attached()))
        .permissionsBoundary(PolicyShapes.boundary(entity.boundary()))
        .tags(PolicyTags.shown(entity.tags()))
        .roleLastUsed(
            role.lastUse()
                .map(use ->
                    RoleLastUsed.builder().lastUsedDate(use.time()).region(use.region()).build())
                .orElseGet(() -> RoleLastUsed.builder().build()))
        .build();
  }

  private InstanceProfile profile(AccountDetails.Profile profile, AccountDetails.Role role) {
    AccountDetails.Entity entity = role.entity();
    return InstanceProfile.builder()
        .path(profile.path())
        .instanceProfileName(profile.name())
        .instanceProfileId(profile.id())
        .arn(arns.instanceProfile(profile.path(), profile.name()))
        .createDate(profile.createdDate())
        .roles(
            Role.builder()
                .path(entity.path())
                .roleName(entity.name())
                .roleId(entity.id())
                .arn(arns.role(entity.path(), entity.name()))
                .createDate(entity.createdDate())
                .assumeRolePolicyDocument(PercentEncoding.encode(role.trustPolicy()))
                .build())
        .build();
  }

  private static List<PolicyDetail> inline(Map<String, String> policies) {
    return policies.entrySet().stream()
        .map(policy ->
            PolicyDetail.builder()
                .policyName(policy.getKey())
                .policyDocument(PercentEncoding.encode(policy.getValue()))
                .build())
        .toList();
  }

  private static List<AttachedPolicy> attached(List<String> policyArns) {
    return policyArns.stream()
        .map(arn ->
            AttachedPolicy.builder()
                .policyName(arn.substring(arn.lastIndexOf('/') + 1))
                .policyArn(arn)
                .build())
        .toList();
  }

  ManagedPolicyDetail policy(CustomerPolicyRecord policy, List<PolicyVersionRecord> versions) {
    return detail(PolicyShapes.full(policy), versions.stream().map(PolicyShapes::full).toList());
  }

  ManagedPolicyDetail policy(ManagedPolicy policy, CustomerPolicyRecord.Usage usage) {
    return detail(PolicyShapes.full(policy, usage), List.of(PolicyShapes.full(policy)));
  }

  private static ManagedPolicyDetail detail(Policy policy, List<PolicyVersion> versions) {
    return ManagedPolicyDetail.builder()
        .policyName(policy.policyName())
        .policyId(policy.policyId())
        .arn(policy.arn())
        .path(policy.path())
        .defaultVersionId(policy.defaultVersionId())
        .attachmentCount(policy.attachmentCount())
        .permissionsBoundaryUsageCount(policy.permissionsBoundaryUsageCount())
        .isAttachable(policy.isAttachable())
        .description(policy.description())
        .createDate(policy.createDate())
        .updateDate(policy.updateDate())
        .policyVersionList(versions)
        .build();
  }
}
