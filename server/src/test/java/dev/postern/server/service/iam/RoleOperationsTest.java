package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.Caller;
import dev.postern.server.store.TestIdentities;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsResponse;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.RoleLastUsed;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;

/** Making, showing, changing and deleting roles. */
final class RoleOperationsTest {
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}\
      """;
  private static final String OURS = "arn:aws:iam::123456789012:";

  @TempDir Path directory;
  private PrincipalFixture iam;

  @BeforeEach
  void open() throws Exception {
    iam = new PrincipalFixture(directory);
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private static CreateRoleRequest named(String name) {
    return CreateRoleRequest.builder().roleName(name).assumeRolePolicyDocument(TRUST).build();
  }

  private static String trust(String principal) {
    return TRUST.replace("{\"Service\":\"ec2.amazonaws.com\"}", principal);
  }

  private static String trustArn(String arn) {
    return trust("{\"AWS\":\"" + arn + "\"}");
  }

  private static GetRoleRequest get(String name) {
    return GetRoleRequest.builder().roleName(name).build();
  }

  private static UpdateAssumeRolePolicyRequest retrust(String name, String document) {
    return UpdateAssumeRolePolicyRequest.builder().roleName(name).policyDocument(document).build();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private Role create(CreateRoleRequest input) {
    return iam.<CreateRoleResponse>run(input).role();
  }

  private Role shown(String name) {
    return iam.<GetRoleResponse>run(get(name)).role();
  }

  @Test
  void newRoleHasIdArnAndOneHour() {
    Role made = create(named("Ops"));

    assertThat(made.roleId()).matches("AROA[A-Z2-7]{17}");
    assertThat(made.arn()).isEqualTo(OURS + "role/Ops");
    assertThat(made.path()).isEqualTo("/");
    assertThat(made.maxSessionDuration()).isEqualTo(3600);
    assertThat(made.assumeRolePolicyDocument()).isEqualTo(PercentEncoding.encode(TRUST));
    assertThat(made.createDate()).isEqualTo(iam.clock.now());
    Role shown = shown("ops");
    assertThat(shown.roleLastUsed().lastUsedDate()).isNull();
    assertThat(shown.copy(role -> role.roleLastUsed((RoleLastUsed) null))).isEqualTo(made);
  }

  @Test
  void newRoleKeepsWhatWasGiven() {
    Role made =
        create(
            named("Ops")
                .copy(role ->
                    role.path("/team/")
                        .description("At night")
                        .maxSessionDuration(43_200)
                        .permissionsBoundary(PrincipalFixture.READ_ONLY)
                        .tags(tag("Team", "blue"))));

    assertThat(made.arn()).isEqualTo(OURS + "role/team/Ops");
    assertThat(made.description()).isEqualTo("At night");
    assertThat(made.maxSessionDuration()).isEqualTo(43_200);
    assertThat(made.permissionsBoundary().permissionsBoundaryArn())
        .isEqualTo(PrincipalFixture.READ_ONLY);
    assertThat(made.tags()).containsExactly(tag("Team", "blue"));
  }

  @Test
  void nameIsTakenWithoutRegardToCase() {
    create(named("Ops"));

    iam.refused(named("OPS"), "EntityAlreadyExists", "Role with name OPS already exists.");
  }

  @Test
  void wrongInputIsRefused() {
    String one = "1 validation error detected: Value ";
    iam.refused(
        named("r".repeat(65)),
        "ValidationException",
        one
            + "'"
            + "r".repeat(65)
            + "' at 'roleName' failed to satisfy constraint: Member must have length less than or"
            + " equal to 64");
    iam.refused(
        CreateRoleRequest.builder().roleName("Ops").build(),
        "ValidationException",
        one
            + "null at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be"
            + " null");
    iam.refused(
        named("Ops").copy(role -> role.maxSessionDuration(3599)),
        "ValidationException",
        one
            + "'3599' at 'maxSessionDuration' failed to satisfy constraint: Member must have value"
            + " greater than or equal to 3600");
    iam.refused(
        named("Ops").copy(role -> role.maxSessionDuration(43_201)),
        "ValidationException",
        one
            + "'43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value"
            + " less than or equal to 43200");
    iam.refused(
        named("Ops").copy(role -> role.permissionsBoundary("long-enough-but-no-arn")),
        "ValidationError",
        "Invalid ARN:  Could not be parsed!");
    iam.refused(
        named("Ops").copy(role -> role.tags(tag("k", "1"), tag("K", "2"))),
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    assertThat(iam.store.roles().find("Ops")).isEmpty();
  }

  @Test
  void documentThatIsNoTrustPolicyIsRefusedWithThePlace() {
    Map<String, String> problems =
        Map.of(
            "{\"Version\":",
            "This policy contains invalid Json (line 1, column 12)",
            TRUST.replace("\"Action\"", "\"Resource\":\"*\",\"Action\""),
            "Has prohibited field Resource (line 2, column 47)",
            TRUST.replace("\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},", ""),
            "Missing required field Principal (line 1, column 38)",
            TRUST.replace("sts:AssumeRole", "s3:GetObject"),
            "AssumeRole policy may only specify STS AssumeRole actions. (line 2, column 56)",
            trust("{\"AWS\":\"nobody\"}"),
            "Invalid principal in policy: \"AWS\":\"nobody\" (line 2, column 22)");
    create(named("Ops"));

    problems.forEach((document, message) -> {
      iam.refused(
          named("New").copy(role -> role.assumeRolePolicyDocument(document)),
          "MalformedPolicyDocument",
          message);
      iam.refused(retrust("Ops", document), "MalformedPolicyDocument", message);
    });

    assertThat(iam.store.roles().find("New")).isEmpty();
    assertThat(shown("Ops").assumeRolePolicyDocument()).isEqualTo(PercentEncoding.encode(TRUST));
  }

  @Test
  void trustPolicyHasALimit() {
    String services = "\"" + "ec2.amazonaws.com\",\"".repeat(110) + "ssm.amazonaws.com\"";

    iam.refused(
        named("Ops")
            .copy(role -> role.assumeRolePolicyDocument(trust("{\"Service\":[" + services + "]}"))),
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048");
  }

  @Test
  void thoseWhomTheTrustPolicyNamesMustExist() {
    iam.user("ann");
    create(named("Ops").copy(role -> role.path("/team/")));

    for (String unknown :
        List.of(
            OURS + "user/nobody",
            OURS + "user/Ann",
            OURS + "user/elsewhere/ann",
            OURS + "role/Ops",
            "arn:aws:sts::123456789012:assumed-role/Gone/night")) {
      String message = "Invalid principal in policy: \"AWS\":\"" + unknown + "\"";
      iam.refused(
          named("New").copy(role -> role.assumeRolePolicyDocument(trustArn(unknown))),
          "MalformedPolicyDocument",
          message);
      iam.refused(retrust("Ops", trustArn(unknown)), "MalformedPolicyDocument", message);
    }

    assertThat(iam.store.roles().find("New")).isEmpty();
    assertThat(shown("Ops").assumeRolePolicyDocument()).isEqualTo(PercentEncoding.encode(TRUST));
  }

  @Test
  void trustPolicyNamesUsersRolesSessionsAndAccounts() {
    iam.user("ann");
    create(named("Ops").copy(role -> role.path("/team/")));

    for (String known :
        List.of(
            OURS + "user/ann",
            OURS + "role/team/Ops",
            "arn:aws:sts::123456789012:assumed-role/Ops/night",
            OURS + "root",
            "123456789012",
            "arn:aws:iam::999999999999:user/theirs",
            "*")) {
      iam.run(retrust("Ops", trustArn(known)));
      assertThat(shown("Ops").assumeRolePolicyDocument())
          .isEqualTo(PercentEncoding.encode(trustArn(known)));
    }
  }

  @Test
  void boundaryMustExist() {
    String arn = OURS + "policy/none";

    iam.refused(
        named("Ops").copy(role -> role.permissionsBoundary(arn)),
        "NoSuchEntity",
        "Policy " + arn + " does not exist or is not attachable.");
    assertThat(iam.store.roles().find("Ops")).isEmpty();
  }

  @Test
  void accountHasAThousandRoles() throws Exception {
    new TestIdentities(iam.clock).roles(1000, TRUST);

    iam.refused(named("Ops"), "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000");
  }

  @Test
  void tagsAtOnceNeedTheRightToTag() {
    Caller maker =
        iam.userWho(
            "maker",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:CreateRole","Resource":"*"}]}\
            """);

    iam.run(maker, named("Plain"));
    iam.denied(maker, named("Tagged").copy(role -> role.tags(tag("k", "v"))));
    assertThat(iam.store.roles().find("Tagged")).isEmpty();
  }

  @Test
  void boundaryCanBeAskedFor() {
    Caller maker =
        iam.userWho(
            "maker",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:CreateRole","Resource":"*",
              "Condition":{"StringEquals":{"iam:PermissionsBoundary":"%s"}}}]}\
            """
                .formatted(PrincipalFixture.READ_ONLY));

    iam.denied(maker, named("Free"));
    iam.run(
        maker, named("Bound").copy(role -> role.permissionsBoundary(PrincipalFixture.READ_ONLY)));
  }

  @Test
  void deniedCallerLearnsNothingAboutRoles() {
    create(named("Ops").copy(role -> role.path("/team/").tags(tag("team", "blue"))));
    iam.user("stranger");
    Caller stranger = PrincipalFixture.caller("stranger");

    for (String name : List.of("ops", "Gone")) {
      for (Object input :
          List.of(
              get(name),
              retrust(name, trustArn(OURS + "user/nobody")),
              DeleteRoleRequest.builder().roleName(name).build())) {
        assertThat(iam.denied(stranger, input))
            .contains("on resource: " + OURS + "role/" + name + " because");
      }
    }
  }

  @Test
  void tagsOfRoleDecide() {
    create(named("Ops").copy(role -> role.tags(tag("team", "blue"))));
    create(named("Other"));
    Caller blue =
        iam.userWho(
            "lead",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:GetRole","Resource":"*",
              "Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}]}\
            """);

    assertThat(iam.<GetRoleResponse>run(blue, get("Ops")).role().roleName()).isEqualTo("Ops");
    iam.denied(blue, get("Other"));
  }

  @Test
  void unknownRoleCannotBeFound() {
    for (Object input :
        List.of(
            get("Gone"),
            UpdateRoleRequest.builder().roleName("Gone").description("d").build(),
            UpdateRoleDescriptionRequest.builder().roleName("Gone").description("d").build(),
            retrust("Gone", TRUST),
            DeleteRoleRequest.builder().roleName("Gone").build(),
            TagRoleRequest.builder().roleName("Gone").tags(tag("k", "v")).build(),
            UntagRoleRequest.builder().roleName("Gone").tagKeys("k").build(),
            ListRoleTagsRequest.builder().roleName("Gone").build())) {
      iam.refused(input, "NoSuchEntity", "The role with name Gone cannot be found.");
    }
  }

  @Test
  void rolesAreListedInPagesByNameAndPath() {
    for (String name : List.of("Bee", "ant", "cat")) {
      create(
          named(name)
              .copy(role ->
                  role.path("/team/")
                      .tags(tag("k", "v"))
                      .permissionsBoundary(PrincipalFixture.READ_ONLY)));
    }
    ListRolesRequest all = ListRolesRequest.builder().pathPrefix("/team/").maxItems(2).build();

    ListRolesResponse first = iam.run(all);
    ListRolesResponse second = iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.roles()).extracting(Role::roleName).containsExactly("ant", "Bee");
    assertThat(first.isTruncated()).isTrue();
    // As in AWS, lists leave out tags, boundary and last use.
    assertThat(first.roles().getFirst().hasTags()).isFalse();
    assertThat(first.roles().getFirst().permissionsBoundary()).isNull();
    assertThat(first.roles().getFirst().roleLastUsed()).isNull();
    assertThat(second.roles()).extracting(Role::roleName).containsExactly("cat");
    assertThat(second.isTruncated()).isFalse();
    assertThat(second.marker()).isNull();
    iam.refused(
        ListRolesRequest.builder().marker(first.marker()).build(),
        "ValidationError",
        "Invalid Marker.");
  }

  @Test
  void descriptionAndDurationChangeOnTheirOwn() {
    create(named("Ops").copy(role -> role.description("old").maxSessionDuration(7200)));

    iam.run(UpdateRoleRequest.builder().roleName("Ops").description("new").build());
    assertThat(shown("Ops").maxSessionDuration()).isEqualTo(7200);

    iam.run(UpdateRoleRequest.builder().roleName("Ops").maxSessionDuration(3600).build());
    assertThat(shown("Ops").description()).isEqualTo("new");
    assertThat(shown("Ops").maxSessionDuration()).isEqualTo(3600);

    UpdateRoleDescriptionResponse answer =
        iam.run(UpdateRoleDescriptionRequest.builder().roleName("Ops").description("").build());
    assertThat(answer.role().description()).isEmpty();
    iam.refused(
        UpdateRoleRequest.builder().roleName("Ops").maxSessionDuration(1).build(),
        "ValidationException",
        "1 validation error detected: Value '1' at 'maxSessionDuration' failed to satisfy"
            + " constraint: Member must have value greater than or equal to 3600");
    iam.refused(
        UpdateRoleDescriptionRequest.builder().roleName("Ops").build(),
        "ValidationException",
        "1 validation error detected: Value null at 'description' failed to satisfy constraint:"
            + " Member must not be null");
  }

  @Test
  void roleMadeAnewIsAnotherRole() {
    Role old = create(named("Ops").copy(role -> role.tags(tag("k", "v"))));

    iam.run(DeleteRoleRequest.builder().roleName("ops").build());

    Role made = create(named("Ops"));
    assertThat(made.roleId()).isNotEqualTo(old.roleId());
    assertThat(made.hasTags()).isFalse();
  }

  @Test
  void tagsAreSetListedInPagesAndRemoved() {
    create(named("Ops"));
    iam.run(
        TagRoleRequest.builder()
            .roleName("Ops")
            .tags(tag("a", "1"), tag("B", "2"), tag("c", "3"))
            .build());
    iam.run(TagRoleRequest.builder().roleName("Ops").tags(tag("A", "4")).build());
    iam.run(UntagRoleRequest.builder().roleName("Ops").tagKeys("b", "never").build());

    ListRoleTagsRequest all = ListRoleTagsRequest.builder().roleName("Ops").maxItems(1).build();
    ListRoleTagsResponse first = iam.run(all);
    ListRoleTagsResponse second = iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.tags()).containsExactly(tag("A", "4"));
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.tags()).containsExactly(tag("c", "3"));
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void roleHasFiftyTags() {
    create(named("Ops"));
    List<Tag> fifty = IntStream.range(0, 50).mapToObj(i -> tag("k" + i, "v")).toList();
    iam.run(TagRoleRequest.builder().roleName("Ops").tags(fifty).build());

    iam.refused(
        TagRoleRequest.builder().roleName("Ops").tags(tag("one-more", "v")).build(),
        "LimitExceeded",
        "Cannot exceed quota for TagsPerRole: 50");
  }
}
