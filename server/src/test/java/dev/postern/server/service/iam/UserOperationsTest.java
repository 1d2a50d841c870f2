package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import dev.postern.server.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.ListUserTagsRequest;
import software.amazon.awssdk.services.iam.model.ListUserTagsResponse;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagUserRequest;
import software.amazon.awssdk.services.iam.model.UntagUserRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.iam.model.User;

/** Users, their tags and their permissions boundaries. */
final class UserOperationsTest {
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

  private User create(CreateUserRequest input) {
    return iam.<CreateUserResponse>run(input).user();
  }

  private User get(String name) {
    return iam.<GetUserResponse>run(GetUserRequest.builder().userName(name).build()).user();
  }

  private static CreateUserRequest named(String name) {
    return CreateUserRequest.builder().userName(name).build();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  @Test
  void newUserHasIdArnAndRootPath() {
    User made = create(named("alice"));

    assertThat(made.userId()).matches("AIDA[A-Z2-7]{17}");
    assertThat(made.arn()).isEqualTo("arn:aws:iam::123456789012:user/alice");
    assertThat(made.path()).isEqualTo("/");
    assertThat(made.createDate()).isNotNull();
    assertThat(get("alice")).isEqualTo(made);
  }

  @Test
  void newUserKeepsPathTagsAndBoundary() {
    User made =
        create(
            named("alice")
                .copy(user ->
                    user.path("/eng/")
                        .permissionsBoundary(PrincipalFixture.READ_ONLY)
                        .tags(tag("Team", "blue"))));

    assertThat(made.arn()).isEqualTo("arn:aws:iam::123456789012:user/eng/alice");
    assertThat(made.tags()).containsExactly(tag("Team", "blue"));
    assertThat(made.permissionsBoundary().permissionsBoundaryArn())
        .isEqualTo(PrincipalFixture.READ_ONLY);
    assertThat(get("ALICE")).isEqualTo(made);
  }

  @Test
  void nameIsTakenWithoutRegardToCase() {
    create(named("alice"));

    iam.refused(named("Alice"), "EntityAlreadyExists", "User with name Alice already exists.");
  }

  @Test
  void wrongInputIsRefused() {
    iam.refused(
        named("a b"),
        "ValidationException",
        "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint:"
            + " Member must satisfy regular expression pattern: [\\w+=,.@-]+");
    iam.refused(
        named("alice").copy(user -> user.path("eng")),
        "ValidationException",
        "1 validation error detected: Value 'eng' at 'path' failed to satisfy constraint: Member"
            + " must satisfy regular expression pattern:"
            + " (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)");
    iam.refused(
        named("alice").copy(user -> user.tags(tag("k", "1"), tag("K", "2"))),
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    iam.refused(
        named("alice").copy(user -> user.permissionsBoundary("long-enough-but-no-arn")),
        "ValidationError",
        "Invalid ARN:  Could not be parsed!");
  }

  @Test
  void boundaryMustExist() {
    String arn = "arn:aws:iam::123456789012:policy/none";

    iam.refused(
        named("alice").copy(user -> user.permissionsBoundary(arn)),
        "NoSuchEntity",
        "Policy " + arn + " does not exist or is not attachable.");
    assertThat(iam.store.grants().ofUser("alice")).isEmpty();
  }

  @Test
  void tagsAtOnceNeedTheRightToTag() {
    Caller maker =
        iam.userWho(
            "maker",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*"}]}\
            """);

    iam.run(maker, named("plain"));
    iam.denied(maker, named("tagged").copy(user -> user.tags(tag("k", "v"))));
    assertThat(iam.store.grants().ofUser("tagged")).isEmpty();
  }

  @Test
  void boundaryCanBeAskedFor() {
    Caller maker =
        iam.userWho(
            "maker",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*",
              "Condition":{"StringEquals":{"iam:PermissionsBoundary":"%s"}}}]}\
            """
                .formatted(PrincipalFixture.READ_ONLY));

    iam.denied(maker, named("free"));
    iam.run(
        maker, named("bound").copy(user -> user.permissionsBoundary(PrincipalFixture.READ_ONLY)));
  }

  @Test
  void callerIsShownWhenNobodyIsNamed() {
    Caller self =
        iam.userWho(
            "alice",
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser",
              "Resource":"arn:aws:iam::*:user/${aws:username}"}]}\
            """);

    GetUserResponse shown = iam.run(self, GetUserRequest.builder().build());

    assertThat(shown.user().userName()).isEqualTo("alice");
    iam.denied(self, GetUserRequest.builder().userName(Store.ADMINISTRATOR).build());
    iam.denied(self, GetUserRequest.builder().userName("nobody").build());
  }

  @Test
  void deniedCallerLearnsNothingAboutUsers() {
    create(named("Alice").copy(user -> user.path("/eng/")));
    iam.user("stranger");
    Caller stranger = PrincipalFixture.caller("stranger");

    for (String name : List.of("alice", "nobody")) {
      assertThat(iam.denied(stranger, GetUserRequest.builder().userName(name).build()))
          .contains("on resource: arn:aws:iam::123456789012:user/" + name + " because");
      assertThat(
              iam.denied(
                  stranger, UpdateUserRequest.builder().userName(name).newUserName("new").build()))
          .contains("on resource: arn:aws:iam::123456789012:user/" + name + " because");
    }
  }

  @Test
  void deniedNewNameIsToldAsItWasGiven() {
    create(named("alice").copy(user -> user.path("/eng/")));
    Caller limited =
        iam.userWho(
            "limited",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:UpdateUser",
              "Resource":"arn:aws:iam::123456789012:user/eng/alice"}]}\
            """);

    assertThat(
            iam.denied(
                limited, UpdateUserRequest.builder().userName("alice").newUserName("bob").build()))
        .contains("on resource: arn:aws:iam::123456789012:user/bob because");
  }

  @Test
  void callerWithoutUserMustNameOne() {
    Caller session =
        new Caller.RoleSession(
            "arn:aws:sts::123456789012:assumed-role/SSMServiceRole/s",
            "AROAX:s",
            "arn:aws:iam::123456789012:role/SSMServiceRole",
            "SSMServiceRole",
            "s",
            "ASIAX",
            Optional.empty());

    PrincipalFixture.refused(
        () -> iam.run(session, GetUserRequest.builder().build()),
        "ValidationError",
        "Must specify userName when calling with non-User credentials");
  }

  @Test
  void unknownUserCannotBeFound() {
    String message = "The user with name nobody cannot be found.";
    for (Object input :
        List.of(
            GetUserRequest.builder().userName("nobody").build(),
            UpdateUserRequest.builder().userName("nobody").newPath("/x/").build(),
            DeleteUserRequest.builder().userName("nobody").build(),
            TagUserRequest.builder().userName("nobody").tags(tag("k", "v")).build(),
            UntagUserRequest.builder().userName("nobody").tagKeys("k").build(),
            ListUserTagsRequest.builder().userName("nobody").build(),
            PutUserPermissionsBoundaryRequest.builder()
                .userName("nobody")
                .permissionsBoundary(PrincipalFixture.READ_ONLY)
                .build(),
            DeleteUserPermissionsBoundaryRequest.builder().userName("nobody").build())) {
      iam.refused(input, "NoSuchEntity", message);
    }
  }

  @Test
  void usersAreListedInPagesByNameAndPath() {
    for (String name : List.of("Bob", "alice", "carol")) {
      create(named(name).copy(user -> user.path("/eng/").tags(tag("k", "v"))));
    }
    create(named("dave"));

    ListUsersResponse first =
        iam.run(ListUsersRequest.builder().pathPrefix("/eng/").maxItems(2).build());
    ListUsersResponse second =
        iam.run(
            ListUsersRequest.builder()
                .pathPrefix("/eng/")
                .maxItems(2)
                .marker(first.marker())
                .build());

    assertThat(first.users()).extracting(User::userName).containsExactly("alice", "Bob");
    assertThat(first.users().getFirst().hasTags()).isFalse();
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.users()).extracting(User::userName).containsExactly("carol");
    assertThat(second.isTruncated()).isFalse();
    assertThat(second.marker()).isNull();
    iam.refused(
        ListUsersRequest.builder().marker(first.marker()).build(),
        "ValidationError",
        "Invalid Marker.");
  }

  @Test
  void renamedUserKeepsIdAndTags() {
    User made = create(named("alice").copy(user -> user.tags(tag("k", "v"))));

    iam.run(
        UpdateUserRequest.builder()
            .userName("alice")
            .newUserName("Alicia")
            .newPath("/eng/")
            .build());

    User moved = get("alicia");
    assertThat(moved.userId()).isEqualTo(made.userId());
    assertThat(moved.arn()).isEqualTo("arn:aws:iam::123456789012:user/eng/Alicia");
    assertThat(moved.tags()).containsExactly(tag("k", "v"));
    iam.refused(
        GetUserRequest.builder().userName("alice").build(),
        "NoSuchEntity",
        "The user with name alice cannot be found.");
  }

  @Test
  void newNameMustBeFreeAndAllowed() {
    create(named("alice"));
    create(named("bob"));
    Caller limited =
        iam.userWho(
            "limited",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:UpdateUser",
              "Resource":"arn:aws:iam::123456789012:user/alice"}]}\
            """);
    UpdateUserRequest toBob =
        UpdateUserRequest.builder().userName("alice").newUserName("bob").build();

    iam.refused(toBob, "EntityAlreadyExists", "User with name bob already exists.");
    iam.denied(limited, toBob);
    iam.denied(limited, UpdateUserRequest.builder().userName("alice").newPath("/x/").build());
  }

  @Test
  void tagsOfUserDecideAboutItsNewNameToo() {
    create(named("alice").copy(user -> user.tags(tag("team", "blue"))));
    Caller blue =
        iam.userWho(
            "lead",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:UpdateUser","Resource":"*",
              "Condition":{"StringEquals":{"iam:ResourceTag/team":"blue"}}}]}\
            """);

    iam.run(blue, UpdateUserRequest.builder().userName("alice").newUserName("alicia").build());

    assertThat(get("alicia").userName()).isEqualTo("alicia");
  }

  @Test
  void userIsDeletedWhenNothingIsLeft() {
    create(named("alice"));
    iam.store.accessKeys().createForUser("alice");

    iam.refused(
        DeleteUserRequest.builder().userName("alice").build(),
        "DeleteConflict",
        "Cannot delete entity, must delete access keys first.");
    create(named("bob").copy(user -> user.tags(tag("k", "v"))));
    iam.run(DeleteUserRequest.builder().userName("bob").build());

    iam.refused(
        GetUserRequest.builder().userName("bob").build(),
        "NoSuchEntity",
        "The user with name bob cannot be found.");
    // Its name is free, and its tags are gone.
    assertThat(create(named("bob")).hasTags()).isFalse();
  }

  @Test
  void tagsAreSetListedInPagesAndRemoved() {
    create(named("alice"));

    iam.run(
        TagUserRequest.builder()
            .userName("alice")
            .tags(tag("a", "1"), tag("B", "2"), tag("c", "3"))
            .build());
    iam.run(TagUserRequest.builder().userName("alice").tags(tag("A", "4")).build());
    iam.run(UntagUserRequest.builder().userName("alice").tagKeys("b", "never").build());

    ListUserTagsResponse first =
        iam.run(ListUserTagsRequest.builder().userName("alice").maxItems(1).build());
    ListUserTagsResponse second =
        iam.run(
            ListUserTagsRequest.builder()
                .userName("alice")
                .maxItems(1)
                .marker(first.marker())
                .build());
    assertThat(first.tags()).containsExactly(tag("A", "4"));
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.tags()).containsExactly(tag("c", "3"));
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void userHasFiftyTags() {
    create(named("alice"));
    List<Tag> fifty = IntStream.range(0, 50).mapToObj(i -> tag("k" + i, "v")).toList();
    iam.run(TagUserRequest.builder().userName("alice").tags(fifty).build());

    iam.refused(
        TagUserRequest.builder().userName("alice").tags(tag("one-more", "v")).build(),
        "LimitExceeded",
        "Cannot exceed quota for TagsPerUser: 50");
  }

  @Test
  void tagsOfUserDecide() {
    create(named("alice").copy(user -> user.tags(tag("team", "blue"))));
    create(named("bob"));
    Caller blue =
        iam.userWho(
            "lead",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*",
              "Condition":{"StringEquals":{"iam:ResourceTag/team":"blue"}}}]}\
            """);

    iam.run(blue, GetUserRequest.builder().userName("alice").build());
    iam.denied(blue, GetUserRequest.builder().userName("bob").build());
  }

  @Test
  void boundaryIsSetAndTakenAway() {
    create(named("alice"));

    iam.run(
        PutUserPermissionsBoundaryRequest.builder()
            .userName("alice")
            .permissionsBoundary(PrincipalFixture.READ_ONLY)
            .build());
    assertThat(get("alice").permissionsBoundary().permissionsBoundaryArn())
        .isEqualTo(PrincipalFixture.READ_ONLY);
    iam.run(DeleteUserPermissionsBoundaryRequest.builder().userName("alice").build());

    assertThat(get("alice").permissionsBoundary()).isNull();
    iam.refused(
        DeleteUserPermissionsBoundaryRequest.builder().userName("alice").build(),
        "NoSuchEntity",
        "The user with name alice has no permissions boundary.");
    iam.refused(
        PutUserPermissionsBoundaryRequest.builder()
            .userName("alice")
            .permissionsBoundary("arn:aws:iam::123456789012:policy/none")
            .build(),
        "NoSuchEntity",
        "Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable.");
  }
}
