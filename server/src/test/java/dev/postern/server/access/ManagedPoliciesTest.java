package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Action;
import dev.postern.server.access.policy.AttachedPolicy;
import dev.postern.server.access.policy.Evaluator;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.PolicyRequest;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.SourceType;
import dev.postern.server.access.policy.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ManagedPoliciesTest {
  private static final String ARN = "arn:aws:iam::aws:policy/";
  private static final String ROLE = "arn:aws:iam::123456789012:role/";
  private static final List<String> CHANNELS =
      List.of(
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel");
  private static final List<String> WRITES =
      List.of(
          "ssm:StartSession",
          "ssm:SendCommand",
          "ssm:TerminateSession",
          "ssm:CreateActivation",
          "ssm:PutParameter",
          "ssm:DeleteDocument",
          "ssmmessages:OpenDataChannel",
          "ec2messages:DeleteMessage",
          "ec2:RunInstances",
          "ec2:TerminateInstances",
          "ec2:CreateTags",
          "iam:CreateUser",
          "iam:AttachUserPolicy",
          "iam:PutRolePolicy",
          "iam:PassRole",
          "iam:CreateAccessKey",
          "sts:AssumeRole",
          "kms:Decrypt",
          "kms:GenerateDataKey",
          "kms:CreateKey",
          "logs:PutLogEvents",
          "logs:CreateLogGroup",
          "s3:PutObject",
          "s3:DeleteBucket",
          "cloudtrail:StopLogging",
          "postern:CreatePlaceholder");

  private static boolean allows(String name, String action, String resource) {
    return allows(name, action, resource, RequestContext.EMPTY);
  }

  private static boolean allows(
      String name, String action, String resource, RequestContext context) {
    ManagedPolicy policy = ManagedPolicies.find(ARN + name).orElseThrow();
    PolicySet set =
        PolicySet.ofIdentity(
            List.of(new AttachedPolicy(policy.arn(), SourceType.AWS_MANAGED, policy.policy())));
    var principal =
        new PolicyPrincipal.User(
            "arn:aws:iam::123456789012:user/alice", "123456789012", "AIDAALICE000000000000");
    return Evaluator.evaluate(
            set, new PolicyRequest(principal, Action.parse(action), resource, context))
        instanceof Verdict.Allowed;
  }

  static List<ManagedPolicy> all() {
    return ManagedPolicies.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachIsAPolicyUnderAwsArn(ManagedPolicy policy) {
    assertThat(policy.arn()).isEqualTo("arn:aws:iam::aws:policy" + policy.path() + policy.name());
    assertThat(policy.policyId()).matches("ANPA[A-Z2-7]{17}");
    assertThat(policy.defaultVersionId()).matches("v[1-9][0-9]*");
    assertThat(policy.policy().kind()).isEqualTo(PolicyDocument.Kind.IDENTITY);
    assertThat(policy.policy().characters()).isLessThanOrEqualTo(6144);
    assertThat(ManagedPolicies.find(policy.arn())).contains(policy);
  }

  @Test
  void idsDiffer() {
    assertThat(ManagedPolicies.all()).extracting(ManagedPolicy::policyId).doesNotHaveDuplicates();
  }

  @Test
  void versionsAreThoseOfAws() {
    assertThat(ManagedPolicies.all())
        .extracting(policy -> policy.arn() + " " + policy.defaultVersionId())
        .contains(
            ARN + "AmazonSSMManagedInstanceCore v2",
            ARN + "AmazonSSMManagedEC2InstanceDefaultPolicy v2",
            ARN + "service-role/AmazonEC2RoleforSSM v8",
            ARN + "AmazonSSMFullAccess v4",
            ARN + "AmazonSSMReadOnlyAccess v1",
            ARN + "CloudWatchAgentServerPolicy v3",
            ARN + "AdministratorAccess v1");
  }

  @Test
  void othersAreNotThere() {
    assertThat(ManagedPolicies.find(ARN + "AmazonS3FullAccess")).isEmpty();
    assertThat(ManagedPolicies.find("arn:aws:iam::123456789012:policy/AdministratorAccess"))
        .isEmpty();
    assertThat(ManagedPolicies.find("AdministratorAccess")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
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
        "ec2messages:SendReply"
      })
  void nodesMayWhatAgentsDo(String action) {
    assertThat(allows("AmazonSSMManagedInstanceCore", action, "*")).isTrue();
    assertThat(allows("AmazonSSMManagedEC2InstanceDefaultPolicy", action, "*"))
        .isEqualTo(!action.contains("GetParameter"));
    assertThat(allows("service-role/AmazonEC2RoleforSSM", action, "*"))
        .isEqualTo(!action.equals("ssm:GetParameter"));
  }

  @Test
  void nodesMayNothingElse() {
    for (String node :
        List.of("AmazonSSMManagedInstanceCore", "AmazonSSMManagedEC2InstanceDefaultPolicy")) {
      assertThat(WRITES)
          .filteredOn(action -> allows(node, action, "*"))
          .containsExactlyInAnyOrder("ssmmessages:OpenDataChannel", "ec2messages:DeleteMessage");
      assertThat(
              List.of(
                  "s3:GetEncryptionConfiguration",
                  "logs:CreateLogStream",
                  "ssm:GetParameterHistory",
                  "ssm:ResumeSession",
                  "sts:AssumeRole"))
          .noneMatch(action -> allows(node, action, "*"));
    }
  }

  @Test
  void oldNodePolicyAlsoWritesLogs() {
    assertThat(
            List.of(
                "logs:PutLogEvents",
                "logs:CreateLogStream",
                "s3:PutObject",
                "s3:GetEncryptionConfiguration",
                "ec2:DescribeInstanceStatus"))
        .allMatch(action -> allows("service-role/AmazonEC2RoleforSSM", action, "*"));
    assertThat(allows("service-role/AmazonEC2RoleforSSM", "s3:DeleteObject", "*")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ReadOnlyAccess", "AmazonSSMReadOnlyAccess", "IAMReadOnlyAccess"})
  void readersChangeNothing(String name) {
    assertThat(WRITES).noneMatch(action -> allows(name, action, "*"));
  }

  @Test
  void readersRead() {
    List<String> ssm = List.of("ssm:DescribeSessions", "ssm:GetDocument", "ssm:ListCommands");
    List<String> iam = List.of("iam:GetUser", "iam:ListPolicies", "iam:SimulateCustomPolicy");

    assertThat(ssm).allMatch(action -> allows("AmazonSSMReadOnlyAccess", action, "*"));
    assertThat(iam).noneMatch(action -> allows("AmazonSSMReadOnlyAccess", action, "*"));
    assertThat(iam).allMatch(action -> allows("IAMReadOnlyAccess", action, "*"));
    assertThat(ssm).noneMatch(action -> allows("IAMReadOnlyAccess", action, "*"));
    assertThat(ssm).allMatch(action -> allows("ReadOnlyAccess", action, "*"));
    assertThat(iam).allMatch(action -> allows("ReadOnlyAccess", action, "*"));
    assertThat(
            List.of("ec2:DescribeInstances", "logs:GetLogEvents", "s3:ListBucket", "kms:ListKeys"))
        .allMatch(action -> allows("ReadOnlyAccess", action, "*"));
  }

  @Test
  void fullAccessIsAllOfSystemsManagerAndLittleOfIam() {
    var forSsm = RequestContext.of(Map.of("iam:AWSServiceName", List.of("ssm.amazonaws.com")));
    String linked = ROLE + "aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM";

    assertThat(allows("AmazonSSMFullAccess", "ssm:StartSession", "*")).isTrue();
    assertThat(CHANNELS).allMatch(action -> allows("AmazonSSMFullAccess", action, "*"));
    assertThat(allows("AmazonSSMFullAccess", "logs:DeleteLogGroup", "*")).isTrue();
    assertThat(allows("AmazonSSMFullAccess", "iam:CreateServiceLinkedRole", linked, forSsm))
        .isTrue();
    assertThat(allows("AmazonSSMFullAccess", "iam:CreateServiceLinkedRole", linked)).isFalse();
    assertThat(allows("AmazonSSMFullAccess", "iam:PassRole", ROLE + "any")).isFalse();
    assertThat(allows("AmazonSSMFullAccess", "kms:Decrypt", "*")).isFalse();
  }

  @Test
  void administratorsMayEverythingAndPowerUsersNothingInIam() {
    assertThat(WRITES).allMatch(action -> allows("AdministratorAccess", action, "*"));
    assertThat(WRITES)
        .filteredOn(action -> !allows("PowerUserAccess", action, "*"))
        .allMatch(action -> action.startsWith("iam:"))
        .isNotEmpty();
    assertThat(allows("IAMFullAccess", "iam:CreateUser", "*")).isTrue();
    assertThat(allows("IAMFullAccess", "ssm:StartSession", "*")).isFalse();
  }

  @Test
  void logAgentsReadOnlyTheirOwnParameters() {
    String parameters = "arn:aws:ssm:us-east-1:123456789012:parameter/";

    assertThat(allows("CloudWatchAgentServerPolicy", "logs:PutLogEvents", "*")).isTrue();
    assertThat(
            allows(
                "CloudWatchAgentServerPolicy",
                "ssm:GetParameter",
                parameters + "AmazonCloudWatch-linux"))
        .isTrue();
    assertThat(allows("CloudWatchAgentServerPolicy", "ssm:GetParameter", parameters + "secret"))
        .isFalse();
  }

  @Test
  void usersChangeOnlyTheirOwnPassword() {
    var alice = RequestContext.of(Map.of("aws:username", List.of("alice")));
    String users = "arn:aws:iam::123456789012:user/";

    assertThat(allows("IAMUserChangePassword", "iam:ChangePassword", users + "alice", alice))
        .isTrue();
    assertThat(allows("IAMUserChangePassword", "iam:ChangePassword", users + "bob", alice))
        .isFalse();
  }
}
