package dev.postern.server.service.iam;

import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.ManagedPolicy;
import dev.postern.server.store.CustomerPolicyRecord;
import dev.postern.server.store.PolicyVersionRecord;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachedPermissionsBoundary;
import software.amazon.awssdk.services.iam.model.PermissionsBoundaryAttachmentType;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyVersion;

/** Managed policies and versions as answers show them. */
final class PolicyShapes {
  private PolicyShapes() {}

  /** Without description and tags, as lists show it. */
  static Policy listed(CustomerPolicyRecord policy) {
    return Policy.builder()
        .policyName(policy.name())
        .policyId(policy.policyId())
        .arn(policy.arn())
        .path(policy.path())
        .defaultVersionId(PolicyRules.versionId(policy.defaultVersion()))
        .attachmentCount(policy.usage().attachments())
        .permissionsBoundaryUsageCount(policy.usage().boundaries())
        .isAttachable(true)
        .createDate(policy.createdDate())
        .updateDate(policy.updatedDate())
        .build();
  }

  static Policy full(CustomerPolicyRecord policy) {
    return listed(policy)
        .copy(shown ->
            shown
                .description(policy.description().orElse(null))
                .tags(PolicyTags.shown(policy.tags())));
  }

  static Policy listed(ManagedPolicy policy, CustomerPolicyRecord.Usage usage) {
    return Policy.builder()
        .policyName(policy.name())
        .policyId(policy.policyId())
        .arn(policy.arn())
        .path(policy.path())
        .defaultVersionId(policy.defaultVersionId())
        .attachmentCount(usage.attachments())
        .permissionsBoundaryUsageCount(usage.boundaries())
        .isAttachable(true)
        .createDate(policy.createDate())
        .updateDate(policy.updateDate())
        .build();
  }

  static Policy full(ManagedPolicy policy, CustomerPolicyRecord.Usage usage) {
    return listed(policy, usage)
        .copy(shown -> shown.description(policy.description()).tags(List.of()));
  }

  /** Without the document, as lists show it. */
  static PolicyVersion listed(PolicyVersionRecord version) {
    return PolicyVersion.builder()
        .versionId(PolicyRules.versionId(version.version()))
        .isDefaultVersion(version.inForce())
        .createDate(version.createdDate())
        .build();
  }

  static PolicyVersion full(PolicyVersionRecord version) {
    return listed(version)
        .copy(shown -> shown.document(PercentEncoding.encode(version.document())));
  }

  static PolicyVersion listed(ManagedPolicy policy) {
    return PolicyVersion.builder()
        .versionId(policy.defaultVersionId())
        .isDefaultVersion(true)
        .createDate(policy.updateDate())
        .build();
  }

  static PolicyVersion full(ManagedPolicy policy) {
    return listed(policy).copy(shown -> shown.document(PercentEncoding.encode(policy.document())));
  }

  /** The permissions boundary of a user or role, as answers show it; null where there is none. */
  static @Nullable AttachedPermissionsBoundary boundary(Optional<String> policyArn) {
    return policyArn
        .map(arn ->
            AttachedPermissionsBoundary.builder()
                .permissionsBoundaryType(
                    PermissionsBoundaryAttachmentType.PERMISSIONS_BOUNDARY_POLICY)
                .permissionsBoundaryArn(arn)
                .build())
        .orElse(null);
  }
}
