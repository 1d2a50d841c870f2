package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.Caller;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;

/** Attached policies, inline policies and the permissions boundary of a role. */
final class RolePolicyOperationsTest {
  private static final String NO_ROLE = "The role with name Gone cannot be found.";
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}\
      """;

  @TempDir Path directory;
  private PrincipalFixture iam;

  @BeforeEach
  void open() throws Exception {
    iam = new PrincipalFixture(directory);
    iam.run(CreateRoleRequest.builder().roleName("Ops").assumeRolePolicyDocument(TRUST).build());
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private static AttachRolePolicyRequest attach(String role, String arn) {
    return AttachRolePolicyRequest.builder().roleName(role).policyArn(arn).build();
  }

  private static DetachRolePolicyRequest detach(String role, String arn) {
    return DetachRolePolicyRequest.builder().roleName(role).policyArn(arn).build();
  }

  private static PutRolePolicyRequest put(String policyName, String document) {
    return PutRolePolicyRequest.builder()
        .roleName("Ops")
        .policyName(policyName)
        .policyDocument(document)
        .build();
  }

  private static GetRolePolicyRequest inline(String policyName) {
    return GetRolePolicyRequest.builder().roleName("Ops").policyName(policyName).build();
  }

  private static DeleteRolePolicyRequest delete(String policyName) {
    return DeleteRolePolicyRequest.builder().roleName("Ops").policyName(policyName).build();
  }

  private static PutRolePermissionsBoundaryRequest bound(String role, String arn) {
    return PutRolePermissionsBoundaryRequest.builder()
        .roleName(role)
        .permissionsBoundary(arn)
        .build();
  }

  private static DeleteRolePermissionsBoundaryRequest unbound(String role) {
    return DeleteRolePermissionsBoundaryRequest.builder().roleName(role).build();
  }

  private List<String> attached(String pathPrefix) {
    ListAttachedRolePoliciesResponse listed =
        iam.run(
            ListAttachedRolePoliciesRequest.builder()
                .roleName("Ops")
                .pathPrefix(pathPrefix)
                .build());
    return listed.attachedPolicies().stream().map(AttachedPolicy::policyName).toList();
  }

  @Test
  void attachedPoliciesAreListedInPagesAndByPath() {
    String own = iam.policy("own");
    iam.run(attach("Ops", PrincipalFixture.READ_ONLY));
    iam.run(attach("Ops", "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"));
    iam.run(attach("ops", own));
    iam.run(attach("Ops", own));
    ListAttachedRolePoliciesRequest all =
        ListAttachedRolePoliciesRequest.builder().roleName("Ops").maxItems(2).build();

    ListAttachedRolePoliciesResponse first = iam.run(all);
    ListAttachedRolePoliciesResponse second =
        iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.attachedPolicies())
        .extracting(AttachedPolicy::policyName)
        .containsExactly("own", "ReadOnlyAccess");
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.attachedPolicies())
        .extracting(AttachedPolicy::policyName)
        .containsExactly("AmazonEC2RoleforSSM");
    assertThat(second.isTruncated()).isFalse();
    assertThat(attached("/service-role/")).containsExactly("AmazonEC2RoleforSSM");
  }

  @Test
  void onlyPoliciesThatExistAreAttached() {
    String none = "arn:aws:iam::123456789012:policy/none";

    iam.refused(
        attach("Ops", none),
        "NoSuchEntity",
        "Policy " + none + " does not exist or is not attachable.");
    iam.refused(
        attach("Ops", "longpolicynamebutnoarn"),
        "ValidationError",
        "Invalid ARN:  Could not be parsed!");
    iam.refused(attach("Gone", PrincipalFixture.READ_ONLY), "NoSuchEntity", NO_ROLE);
    assertThat(attached("/")).isEmpty();
  }

  @Test
  void roleHasTenAttachedPolicies() {
    for (int i = 0; i < 10; i++) {
      iam.run(attach("Ops", iam.policy("p" + i)));
    }

    iam.refused(
        attach("Ops", PrincipalFixture.READ_ONLY),
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerRole: 10");
    iam.run(attach("Ops", "arn:aws:iam::123456789012:policy/p0"));
  }

  @Test
  void onlyWhatIsAttachedIsDetached() {
    iam.run(attach("Ops", PrincipalFixture.READ_ONLY));

    iam.run(detach("Ops", PrincipalFixture.READ_ONLY));

    iam.refused(
        detach("Ops", PrincipalFixture.READ_ONLY),
        "NoSuchEntity",
        "Policy " + PrincipalFixture.READ_ONLY + " was not found.");
    iam.refused(detach("Gone", PrincipalFixture.READ_ONLY), "NoSuchEntity", NO_ROLE);
  }

  @Test
  void policiesThatMayBeAttachedCanBeNarrowed() {
    Caller narrow =
        iam.userWho(
            "narrow",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*",
              "Condition":{"ArnEquals":{"iam:PolicyARN":"%s"}}}]}\
            """
                .formatted(PrincipalFixture.READ_ONLY));

    iam.run(narrow, attach("Ops", PrincipalFixture.READ_ONLY));
    iam.denied(narrow, attach("Ops", "arn:aws:iam::aws:policy/AdministratorAccess"));
    assertThat(attached("/")).containsExactly("ReadOnlyAccess");
  }

  @Test
  void inlinePoliciesAreShownEncodedAndListedInPages() {
    for (String name : List.of("c", "a", "b")) {
      iam.run(put(name, PrincipalFixture.ALLOW_ALL));
    }
    ListRolePoliciesRequest all =
        ListRolePoliciesRequest.builder().roleName("Ops").maxItems(2).build();

    ListRolePoliciesResponse first = iam.run(all);
    ListRolePoliciesResponse second = iam.run(all.copy(list -> list.marker(first.marker())));
    GetRolePolicyResponse shown = iam.run(inline("a"));

    assertThat(first.policyNames()).containsExactly("a", "b");
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.policyNames()).containsExactly("c");
    assertThat(second.isTruncated()).isFalse();
    assertThat(shown.roleName()).isEqualTo("Ops");
    assertThat(shown.policyDocument())
        .isEqualTo(PercentEncoding.encode(PrincipalFixture.ALLOW_ALL));
  }

  @Test
  void inlinePolicyThatIsNotThereCannotBeFound() {
    String none = "The role policy with name none cannot be found.";

    iam.refused(inline("none"), "NoSuchEntity", none);
    iam.refused(delete("none"), "NoSuchEntity", none);
    iam.run(put("once", PrincipalFixture.ALLOW_ALL));
    iam.run(delete("once"));
    iam.refused(inline("once"), "NoSuchEntity", "The role policy with name once cannot be found.");
    for (Object input :
        List.of(
            put("p", PrincipalFixture.ALLOW_ALL).copy(policy -> policy.roleName("Gone")),
            inline("p").copy(policy -> policy.roleName("Gone")),
            delete("p").copy(policy -> policy.roleName("Gone")),
            ListRolePoliciesRequest.builder().roleName("Gone").build(),
            ListAttachedRolePoliciesRequest.builder().roleName("Gone").build())) {
      iam.refused(input, "NoSuchEntity", NO_ROLE);
    }
  }

  @Test
  void wrongInlinePolicyIsRefused() {
    iam.refused(
        put("p", TRUST),
        "MalformedPolicyDocument",
        "Policy document should not specify a principal. (line 2, column 3)");
    iam.refused(
        put("a b", PrincipalFixture.ALLOW_ALL),
        "ValidationException",
        "1 validation error detected: Value 'a b' at 'policyName' failed to satisfy constraint:"
            + " Member must satisfy regular expression pattern: [\\w+=,.@-]+");
    String actions = "\"" + "ssm:StartSession\",\"".repeat(540) + "ssm:ResumeSession\"";
    iam.refused(
        put(
            "p",
            PrincipalFixture.ALLOW_ALL.replace(
                "\"*\",\"Resource\"", "[" + actions + "],\"Resource\"")),
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for role Ops");
    iam.refused(inline("p"), "NoSuchEntity", "The role policy with name p cannot be found.");
  }

  @Test
  void boundaryIsSetAndTakenAway() {
    iam.run(bound("Ops", PrincipalFixture.READ_ONLY));
    GetRoleResponse bound = iam.run(GetRoleRequest.builder().roleName("Ops").build());
    iam.run(unbound("Ops"));
    GetRoleResponse free = iam.run(GetRoleRequest.builder().roleName("Ops").build());

    assertThat(bound.role().permissionsBoundary().permissionsBoundaryArn())
        .isEqualTo(PrincipalFixture.READ_ONLY);
    assertThat(free.role().permissionsBoundary()).isNull();
    iam.refused(
        unbound("Ops"), "NoSuchEntity", "The role with name Ops has no permissions boundary.");
    iam.refused(unbound("Gone"), "NoSuchEntity", NO_ROLE);
    iam.refused(bound("Gone", PrincipalFixture.READ_ONLY), "NoSuchEntity", NO_ROLE);
    iam.refused(
        bound("Ops", "arn:aws:iam::123456789012:policy/none"),
        "NoSuchEntity",
        "Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable.");
  }

  @Test
  void onlyRolesWithTheBoundaryAreGivenMore() {
    Caller delegate =
        iam.userWho(
            "delegate",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:*Role*","Resource":"*",
              "Condition":{"StringEquals":{"iam:PermissionsBoundary":"%s"}}}]}\
            """
                .formatted(PrincipalFixture.READ_ONLY));
    List<Object> changes =
        List.of(
            attach("Ops", PrincipalFixture.READ_ONLY),
            put("p", PrincipalFixture.ALLOW_ALL),
            detach("Ops", PrincipalFixture.READ_ONLY),
            delete("p"));

    changes.forEach(change -> iam.denied(delegate, change));
    iam.denied(delegate, bound("Ops", "arn:aws:iam::aws:policy/AdministratorAccess"));
    iam.run(delegate, bound("Ops", PrincipalFixture.READ_ONLY));

    changes.forEach(change -> iam.run(delegate, change));
  }

  @Test
  void roleThatHasPoliciesIsNotDeleted() {
    DeleteRoleRequest delete = DeleteRoleRequest.builder().roleName("Ops").build();
    iam.run(put("p", PrincipalFixture.ALLOW_ALL));
    iam.run(attach("Ops", PrincipalFixture.READ_ONLY));

    iam.refused(delete, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    iam.run(delete("p"));
    iam.refused(delete, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
    iam.run(detach("Ops", PrincipalFixture.READ_ONLY));
    iam.run(delete);

    assertThat(iam.store.roles().find("Ops")).isEmpty();
  }
}
