package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.Caller;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;

/** Attached and inline policies of users and groups. */
final class PrincipalPolicyOperationsTest {
  private static final String DOCUMENT =
      """
      {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["apigatway:PUT"], "Resource": ["*"]}]}\
      """;

  @TempDir Path directory;
  private PrincipalFixture iam;

  @BeforeEach
  void open() throws Exception {
    iam = new PrincipalFixture(directory);
    iam.user("alice");
    iam.run(CreateGroupRequest.builder().groupName("ops").build());
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private static AttachUserPolicyRequest attach(String user, String arn) {
    return AttachUserPolicyRequest.builder().userName(user).policyArn(arn).build();
  }

  private static PutUserPolicyRequest put(String policyName, String document) {
    return PutUserPolicyRequest.builder()
        .userName("alice")
        .policyName(policyName)
        .policyDocument(document)
        .build();
  }

  @Test
  void attachedPoliciesOfUserAreListedInPages() {
    String own = iam.policy("own");
    iam.run(attach("alice", PrincipalFixture.READ_ONLY));
    iam.run(attach("alice", own));
    iam.run(attach("alice", own));

    ListAttachedUserPoliciesResponse first =
        iam.run(ListAttachedUserPoliciesRequest.builder().userName("alice").maxItems(1).build());
    ListAttachedUserPoliciesResponse second =
        iam.run(
            ListAttachedUserPoliciesRequest.builder()
                .userName("alice")
                .maxItems(1)
                .marker(first.marker())
                .build());

    assertThat(first.attachedPolicies())
        .containsExactly(AttachedPolicy.builder().policyArn(own).policyName("own").build());
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.attachedPolicies())
        .extracting(AttachedPolicy::policyName)
        .containsExactly("ReadOnlyAccess");
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void attachedPoliciesOfGroupAreListedByPath() {
    iam.run(
        AttachGroupPolicyRequest.builder()
            .groupName("ops")
            .policyArn(PrincipalFixture.READ_ONLY)
            .build());
    iam.run(
        AttachGroupPolicyRequest.builder()
            .groupName("ops")
            .policyArn("arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM")
            .build());

    ListAttachedGroupPoliciesResponse roles =
        iam.run(
            ListAttachedGroupPoliciesRequest.builder()
                .groupName("ops")
                .pathPrefix("/service-role/")
                .build());

    assertThat(roles.attachedPolicies())
        .extracting(AttachedPolicy::policyName)
        .containsExactly("AmazonEC2RoleforSSM");
  }

  @Test
  void onlyPoliciesThatExistAreAttached() {
    String none = "arn:aws:iam::123456789012:policy/none";
    iam.refused(
        attach("alice", none),
        "NoSuchEntity",
        "Policy " + none + " does not exist or is not attachable.");
    iam.refused(
        attach("alice", "longpolicynamebutnoarn"),
        "ValidationError",
        "Invalid ARN:  Could not be parsed!");
    iam.refused(
        attach("nobody", PrincipalFixture.READ_ONLY),
        "NoSuchEntity",
        "The user with name nobody cannot be found.");
    iam.refused(
        AttachGroupPolicyRequest.builder().groupName("ops").policyArn(none).build(),
        "NoSuchEntity",
        "Policy " + none + " does not exist or is not attachable.");
    iam.refused(
        AttachGroupPolicyRequest.builder()
            .groupName("none")
            .policyArn(PrincipalFixture.READ_ONLY)
            .build(),
        "NoSuchEntity",
        "The group with name none cannot be found.");
  }

  @Test
  void tenPoliciesCanBeAttached() {
    for (int i = 0; i < 10; i++) {
      iam.run(attach("alice", iam.policy("p" + i)));
    }
    iam.refused(
        attach("alice", PrincipalFixture.READ_ONLY),
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerUser: 10");
  }

  @Test
  void whatIsNotAttachedIsNotDetached() {
    iam.run(attach("alice", PrincipalFixture.READ_ONLY));
    iam.refused(
        DeleteUserRequest.builder().userName("alice").build(),
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.");
    DetachUserPolicyRequest detach =
        DetachUserPolicyRequest.builder()
            .userName("alice")
            .policyArn(PrincipalFixture.READ_ONLY)
            .build();
    iam.run(detach);

    String message = "Policy " + PrincipalFixture.READ_ONLY + " was not found.";
    iam.refused(detach, "NoSuchEntity", message);
    iam.refused(
        DetachGroupPolicyRequest.builder()
            .groupName("ops")
            .policyArn(PrincipalFixture.READ_ONLY)
            .build(),
        "NoSuchEntity",
        message);
  }

  @Test
  void policyCanBeAskedForBeforeItIsAttached() {
    Caller lead =
        iam.userWho(
            "lead",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:Attach*","Resource":"*",
              "Condition":{"ArnEquals":{"iam:PolicyARN":"%s"}}}]}\
            """
                .formatted(PrincipalFixture.READ_ONLY));

    iam.run(lead, attach("alice", PrincipalFixture.READ_ONLY));
    iam.denied(lead, attach("alice", "arn:aws:iam::aws:policy/AdministratorAccess"));
    iam.denied(
        lead,
        AttachGroupPolicyRequest.builder()
            .groupName("ops")
            .policyArn("arn:aws:iam::aws:policy/AdministratorAccess")
            .build());
  }

  @Test
  void delegateChangesOnlyPoliciesOfUsersWithTheBoundary() {
    iam.user("bound");
    iam.run(
        PutUserPermissionsBoundaryRequest.builder()
            .userName("bound")
            .permissionsBoundary(PrincipalFixture.READ_ONLY)
            .build());
    Caller delegate =
        iam.userWho(
            "delegate",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*",
              "Condition":{"StringEquals":{"iam:PermissionsBoundary":"%s"}}}]}\
            """
                .formatted(PrincipalFixture.READ_ONLY));

    iam.run(delegate, attach("bound", PrincipalFixture.READ_ONLY));
    iam.run(delegate, put("p", DOCUMENT).copy(policy -> policy.userName("bound")));
    iam.denied(delegate, attach("alice", PrincipalFixture.READ_ONLY));
    iam.denied(delegate, put("p", DOCUMENT));
  }

  @Test
  void inlinePolicyOfUserIsShownAsItWasPut() {
    iam.run(put("first", PrincipalFixture.ALLOW_ALL));
    iam.run(put("first", DOCUMENT));
    iam.run(put("second", DOCUMENT));

    GetUserPolicyResponse shown =
        iam.run(GetUserPolicyRequest.builder().userName("Alice").policyName("first").build());
    assertThat(shown.userName()).isEqualTo("alice");
    assertThat(shown.policyName()).isEqualTo("first");
    assertThat(shown.policyDocument()).isEqualTo(PercentEncoding.encode(DOCUMENT));
    ListUserPoliciesResponse first =
        iam.run(ListUserPoliciesRequest.builder().userName("alice").maxItems(1).build());
    ListUserPoliciesResponse second =
        iam.run(
            ListUserPoliciesRequest.builder()
                .userName("alice")
                .maxItems(1)
                .marker(first.marker())
                .build());
    assertThat(first.policyNames()).containsExactly("first");
    assertThat(second.policyNames()).containsExactly("second");
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void inlinePolicyOfUserIsDeletedOnce() {
    iam.run(put("p", DOCUMENT));
    iam.refused(
        DeleteUserRequest.builder().userName("alice").build(),
        "DeleteConflict",
        "Cannot delete entity, must delete policies first.");
    DeleteUserPolicyRequest delete =
        DeleteUserPolicyRequest.builder().userName("alice").policyName("p").build();
    iam.run(delete);

    String message = "The user policy with name p cannot be found.";
    iam.refused(delete, "NoSuchEntity", message);
    iam.refused(
        GetUserPolicyRequest.builder().userName("alice").policyName("p").build(),
        "NoSuchEntity",
        message);
    iam.run(DeleteUserRequest.builder().userName("alice").build());
  }

  @Test
  void inlinePolicyMustBeAPolicyOfBoundedLength() {
    iam.refused(put("p", "{}"), "MalformedPolicyDocument", malformed("{}"));
    iam.refused(
        put("a/b", DOCUMENT),
        "ValidationException",
        "1 validation error detected: Value 'a/b' at 'policyName' failed to satisfy constraint:"
            + " Member must satisfy regular expression pattern: [\\w+=,.@-]+");
    iam.refused(
        put(
            "p",
            PrincipalFixture.ALLOW_ALL.replace(
                "\"*\"}", "\"arn:aws:s3:::" + "x".repeat(2000) + "\"}")),
        "LimitExceeded",
        "Maximum policy size of 2048 bytes exceeded for user alice");
    iam.refused(
        put("p", DOCUMENT).copy(policy -> policy.userName("nobody")),
        "NoSuchEntity",
        "The user with name nobody cannot be found.");
  }

  private static String malformed(String document) {
    try {
      PolicyDocument.parse(document, PolicyDocument.Kind.IDENTITY);
      throw new AssertionError("well-formed");
    } catch (MalformedPolicyException malformed) {
      return String.valueOf(malformed.getMessage());
    }
  }

  @Test
  void inlinePoliciesOfGroupArePutShownAndDeleted() {
    PutGroupPolicyRequest put =
        PutGroupPolicyRequest.builder()
            .groupName("ops")
            .policyName("p")
            .policyDocument(DOCUMENT)
            .build();
    iam.run(put);

    GetGroupPolicyResponse shown =
        iam.run(GetGroupPolicyRequest.builder().groupName("ops").policyName("p").build());
    assertThat(shown.groupName()).isEqualTo("ops");
    assertThat(shown.policyDocument()).isEqualTo(PercentEncoding.encode(DOCUMENT));
    assertThat(
            iam.<ListGroupPoliciesResponse>run(
                    ListGroupPoliciesRequest.builder().groupName("ops").build())
                .policyNames())
        .containsExactly("p");
    iam.refused(
        DeleteGroupRequest.builder().groupName("ops").build(),
        "DeleteConflict",
        "Cannot delete entity, must delete policies first.");
    DeleteGroupPolicyRequest delete =
        DeleteGroupPolicyRequest.builder().groupName("ops").policyName("p").build();
    iam.run(delete);

    iam.refused(delete, "NoSuchEntity", "The group policy with name p cannot be found.");
    iam.refused(
        GetGroupPolicyRequest.builder().groupName("ops").policyName("p").build(),
        "NoSuchEntity",
        "The group policy with name p cannot be found.");
    iam.refused(
        put.copy(policy -> policy.policyDocument("[")), "MalformedPolicyDocument", malformed("["));
  }

  @Test
  void unknownPrincipalHasNoPolicies() {
    for (Object input :
        List.of(
            ListAttachedUserPoliciesRequest.builder().userName("nobody").build(),
            ListUserPoliciesRequest.builder().userName("nobody").build(),
            GetUserPolicyRequest.builder().userName("nobody").policyName("p").build(),
            DeleteUserPolicyRequest.builder().userName("nobody").policyName("p").build(),
            DetachUserPolicyRequest.builder()
                .userName("nobody")
                .policyArn(PrincipalFixture.READ_ONLY)
                .build())) {
      iam.refused(input, "NoSuchEntity", "The user with name nobody cannot be found.");
    }
    for (Object input :
        List.of(
            ListAttachedGroupPoliciesRequest.builder().groupName("none").build(),
            ListGroupPoliciesRequest.builder().groupName("none").build(),
            GetGroupPolicyRequest.builder().groupName("none").policyName("p").build(),
            DeleteGroupPolicyRequest.builder().groupName("none").policyName("p").build())) {
      iam.refused(input, "NoSuchEntity", "The group with name none cannot be found.");
    }
  }
}
