package dev.postern.server.access;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The AWS managed policies that are in force. All of them allow on every resource. */
enum ManagedPolicy {
  ADMINISTRATOR_ACCESS("AdministratorAccess") {
    @Override
    boolean allows(String action) {
      return true;
    }
  },
  /** Version 2 of AWS's (spec/aws-api.md 3.1). */
  SSM_MANAGED_INSTANCE_CORE("AmazonSSMManagedInstanceCore") {
    @Override
    boolean allows(String action) {
      return NODE_ACTIONS.contains(action.toLowerCase(Locale.ROOT));
    }
  };

  private static final String ARN_PREFIX = "arn:aws:iam::aws:policy/";
  private static final Set<String> NODE_ACTIONS =
      Stream.of(
              "ssm:DescribeAssociation",
              "ssm:GetDeployablePatchSnapshotForInstance",
              "ssm:GetDocument",
              "ssm:DescribeDocument",
              "ssm:GetManifest",
              "ssm:GetParameter",
              "ssm:GetParameters",
              "ssm:ListAssociations",
              "ssm:ListInstanceAssociations",
              "ssm:PutInventory",
              "ssm:PutComplianceItems",
              "ssm:PutConfigurePackageResult",
              "ssm:UpdateAssociationStatus",
              "ssm:UpdateInstanceAssociationStatus",
              "ssm:UpdateInstanceInformation",
              "ssmmessages:CreateControlChannel",
              "ssmmessages:CreateDataChannel",
              "ssmmessages:OpenControlChannel",
              "ssmmessages:OpenDataChannel",
              "ec2messages:AcknowledgeMessage",
              "ec2messages:DeleteMessage",
              "ec2messages:FailMessage",
              "ec2messages:GetEndpoint",
              "ec2messages:GetMessages",
              "ec2messages:SendReply")
          .map(action -> action.toLowerCase(Locale.ROOT))
          .collect(Collectors.toUnmodifiableSet());

  private final String policyName;

  ManagedPolicy(String policyName) {
    this.policyName = policyName;
  }

  /** Empty for a policy that allows nothing yet. */
  static Optional<ManagedPolicy> of(String arn) {
    return Stream.of(values())
        .filter(policy -> arn.equals(ARN_PREFIX + policy.policyName))
        .findFirst();
  }

  abstract boolean allows(String action);
}
