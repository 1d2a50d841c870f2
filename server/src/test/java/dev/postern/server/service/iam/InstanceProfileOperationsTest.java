package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import dev.postern.server.store.TestIdentities;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileRequest;

/** Instance profiles and the roles that they hold. */
final class InstanceProfileOperationsTest {
  private static final String OURS = "arn:aws:iam::123456789012:";
  private static final String NO_PROFILE = "Instance Profile Gone cannot be found.";
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
    iam.run(
        CreateRoleRequest.builder()
            .roleName("Ops")
            .path("/team/")
            .assumeRolePolicyDocument(TRUST)
            .build());
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private static CreateInstanceProfileRequest named(String name) {
    return CreateInstanceProfileRequest.builder().instanceProfileName(name).build();
  }

  private static GetInstanceProfileRequest get(String name) {
    return GetInstanceProfileRequest.builder().instanceProfileName(name).build();
  }

  private static DeleteInstanceProfileRequest delete(String name) {
    return DeleteInstanceProfileRequest.builder().instanceProfileName(name).build();
  }

  private static AddRoleToInstanceProfileRequest add(String name, String role) {
    return AddRoleToInstanceProfileRequest.builder()
        .instanceProfileName(name)
        .roleName(role)
        .build();
  }

  private static RemoveRoleFromInstanceProfileRequest remove(String name, String role) {
    return RemoveRoleFromInstanceProfileRequest.builder()
        .instanceProfileName(name)
        .roleName(role)
        .build();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private InstanceProfile create(CreateInstanceProfileRequest input) {
    return iam.<CreateInstanceProfileResponse>run(input).instanceProfile();
  }

  private InstanceProfile shown(String name) {
    return iam.<GetInstanceProfileResponse>run(get(name)).instanceProfile();
  }

  @Test
  void newProfileHasIdArnAndNoRole() {
    InstanceProfile made = create(named("Web"));

    assertThat(made.instanceProfileId()).matches("AIPA[A-Z2-7]{17}");
    assertThat(made.arn()).isEqualTo(OURS + "instance-profile/Web");
    assertThat(made.path()).isEqualTo("/");
    assertThat(made.roles()).isEmpty();
    assertThat(made.createDate()).isEqualTo(iam.clock.now());
    assertThat(shown("WEB")).isEqualTo(made);
  }

  @Test
  void wrongInputIsRefused() {
    create(named("Web"));

    iam.refused(named("WEB"), "EntityAlreadyExists", "Instance Profile WEB already exists.");
    iam.refused(
        named("a b"),
        "ValidationException",
        "1 validation error detected: Value 'a b' at 'instanceProfileName' failed to satisfy"
            + " constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+");
    iam.refused(
        named("New").copy(profile -> profile.tags(tag("k", "1"), tag("K", "2"))),
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    iam.refused(
        TagInstanceProfileRequest.builder().instanceProfileName("Web").build(),
        "ValidationException",
        "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member"
            + " must not be null");
    assertThat(iam.store.instanceProfiles().find("New")).isEmpty();
  }

  @Test
  void accountHasAThousandProfiles() throws Exception {
    new TestIdentities(iam.clock).instanceProfiles(1000);

    iam.refused(
        named("Web"), "LimitExceeded", "Cannot exceed quota for InstanceProfilesPerAccount: 1000");
  }

  @Test
  void tagsAtOnceNeedTheRightToTag() {
    Caller maker =
        iam.userWho(
            "maker",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:CreateInstanceProfile","Resource":"*"}]}\
            """);

    iam.run(maker, named("Plain"));
    iam.denied(maker, named("Tagged").copy(profile -> profile.tags(tag("k", "v"))));
    assertThat(iam.store.instanceProfiles().find("Tagged")).isEmpty();
  }

  @Test
  void profileHoldsOneRoleAndShowsAllOfIt() {
    create(named("Web"));

    iam.run(add("web", "ops"));

    assertThat(shown("Web").roles())
        .singleElement()
        .satisfies(role -> {
          assertThat(role.arn()).isEqualTo(OURS + "role/team/Ops");
          assertThat(role.roleId()).startsWith("AROA");
          assertThat(role.assumeRolePolicyDocument()).startsWith("%7B");
        });
    iam.refused(
        add("Web", "SSMServiceRole"),
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    assertThat(shown("Web").roles()).extracting(Role::roleName).containsExactly("Ops");
  }

  @Test
  void onlyTheRoleThatIsHeldIsRemoved() {
    create(named("Web"));
    iam.run(add("Web", "Ops"));

    iam.refused(
        remove("Web", "SSMServiceRole"),
        "NoSuchEntity",
        "Role SSMServiceRole is not in instance profile Web.");
    iam.run(remove("web", "OPS"));

    assertThat(shown("Web").roles()).isEmpty();
    iam.run(add("Web", "SSMServiceRole"));
  }

  @Test
  void whatIsNotThereCannotBeFound() {
    create(named("Web"));

    iam.refused(add("Web", "Gone"), "NoSuchEntity", "The role with name Gone cannot be found.");
    iam.refused(
        ListInstanceProfilesForRoleRequest.builder().roleName("Gone").build(),
        "NoSuchEntity",
        "The role with name Gone cannot be found.");
    for (Object input :
        List.of(
            get("Gone"),
            delete("Gone"),
            add("Gone", "Ops"),
            remove("Gone", "Ops"),
            TagInstanceProfileRequest.builder()
                .instanceProfileName("Gone")
                .tags(tag("k", "v"))
                .build(),
            UntagInstanceProfileRequest.builder().instanceProfileName("Gone").tagKeys("k").build(),
            ListInstanceProfileTagsRequest.builder().instanceProfileName("Gone").build())) {
      iam.refused(input, "NoSuchEntity", NO_PROFILE);
    }
  }

  @Test
  void roleIsAddedByThoseWhoMayPassIt() {
    create(named("Web"));
    Caller adder =
        iam.userWho(
            "adder",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile",
              "Resource":"*"}]}\
            """);
    Caller passer =
        iam.userWho(
            "passer",
            """
            {"Statement":[
              {"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"},
              {"Effect":"Allow","Action":"iam:PassRole",
                "Resource":"arn:aws:iam::123456789012:role/team/*",
                "Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}]}\
            """);

    for (String role : List.of("Ops", "SSMServiceRole", "Gone")) {
      assertThat(iam.denied(adder, add("Web", role)))
          .contains("iam:PassRole on resource: " + OURS + "role/" + role + " because");
    }
    iam.denied(passer, add("Web", "SSMServiceRole"));
    iam.run(passer, add("Web", "Ops"));

    assertThat(shown("Web").roles()).extracting(Role::roleName).containsExactly("Ops");
  }

  @Test
  void deniedCallerLearnsNothingAboutProfiles() {
    create(named("Web").copy(profile -> profile.path("/team/").tags(tag("team", "blue"))));
    iam.user("stranger");
    Caller stranger = PrincipalFixture.caller("stranger");

    for (String name : List.of("web", "Gone")) {
      for (Object input : List.of(get(name), delete(name), remove(name, "Ops"))) {
        assertThat(iam.denied(stranger, input))
            .contains("on resource: " + OURS + "instance-profile/" + name + " because");
      }
    }
  }

  @Test
  void profilesAreListedInPagesByNameAndPath() {
    for (String name : List.of("Bee", "ant", "cat")) {
      create(named(name).copy(profile -> profile.path("/team/").tags(tag("k", "v"))));
    }
    create(named("dog"));
    ListInstanceProfilesRequest all =
        ListInstanceProfilesRequest.builder().pathPrefix("/team/").maxItems(2).build();

    ListInstanceProfilesResponse first = iam.run(all);
    ListInstanceProfilesResponse second = iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactly("ant", "Bee");
    assertThat(first.instanceProfiles().getFirst().hasTags()).isFalse();
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactly("cat");
    assertThat(second.isTruncated()).isFalse();
    iam.refused(
        ListInstanceProfilesRequest.builder().marker(first.marker()).build(),
        "ValidationError",
        "Invalid Marker.");
  }

  @Test
  void profilesOfARoleAreListedInPages() {
    for (String name : List.of("b", "a", "c")) {
      create(named(name));
      iam.run(add(name, "Ops"));
    }
    create(named("other"));
    ListInstanceProfilesForRoleRequest all =
        ListInstanceProfilesForRoleRequest.builder().roleName("Ops").maxItems(2).build();

    ListInstanceProfilesForRoleResponse first = iam.run(all);
    ListInstanceProfilesForRoleResponse second =
        iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactly("a", "b");
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactly("c");
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void neitherProfileNorRoleIsDeletedWhileTheyBelongTogether() {
    DeleteRoleRequest deleteRole = DeleteRoleRequest.builder().roleName("Ops").build();
    String message = "Cannot delete entity, must remove roles from instance profile first.";
    create(named("Web").copy(profile -> profile.tags(tag("k", "v"))));
    iam.run(add("Web", "Ops"));

    iam.refused(delete("Web"), "DeleteConflict", message);
    iam.refused(deleteRole, "DeleteConflict", message);
    iam.run(remove("Web", "Ops"));
    iam.run(delete("web"));
    iam.run(deleteRole);

    iam.refused(get("Web"), "NoSuchEntity", "Instance Profile Web cannot be found.");
    assertThat(create(named("Web")).hasTags()).isFalse();
  }

  @Test
  void tagsAreSetListedInPagesAndRemoved() {
    create(named("Web"));
    iam.run(
        TagInstanceProfileRequest.builder()
            .instanceProfileName("Web")
            .tags(tag("a", "1"), tag("B", "2"), tag("c", "3"))
            .build());
    iam.run(
        UntagInstanceProfileRequest.builder()
            .instanceProfileName("Web")
            .tagKeys("b", "never")
            .build());
    ListInstanceProfileTagsRequest all =
        ListInstanceProfileTagsRequest.builder().instanceProfileName("Web").maxItems(1).build();

    ListInstanceProfileTagsResponse first = iam.run(all);
    ListInstanceProfileTagsResponse second = iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.tags()).containsExactly(tag("a", "1"));
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.tags()).containsExactly(tag("c", "3"));
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void profileHasFiftyTags() {
    create(named("Web"));
    List<Tag> fifty = IntStream.range(0, 50).mapToObj(i -> tag("k" + i, "v")).toList();
    TagInstanceProfileRequest input =
        TagInstanceProfileRequest.builder().instanceProfileName("Web").tags(fifty).build();
    iam.run(input);

    iam.refused(
        input.copy(more -> more.tags(tag("one-more", "v"))),
        "LimitExceeded",
        "Cannot exceed quota for TagsPerInstanceProfile: 50");
  }
}
