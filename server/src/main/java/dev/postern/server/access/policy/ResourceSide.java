package dev.postern.server.access.policy;

import java.util.Optional;

/**
 * What the resource itself says about who may use it.
 *
 * @param policy its policy; a trust policy when the resource is a role
 * @param ownerAccount the account that the resource belongs to
 * @param requireAllow whether nobody gets in whom this policy does not let in: roles and keys
 *     (spec/aws-api.md 4.1 step 5)
 */
public record ResourceSide(
    Optional<AttachedPolicy> policy, String ownerAccount, boolean requireAllow) {
  public ResourceSide {
    policy.ifPresent(attached -> {
      if (attached.document().kind() == PolicyDocument.Kind.IDENTITY) {
        throw new IllegalArgumentException("a resource's policy names principals");
      }
    });
  }
}
