package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupResponse;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.GetGroupRequest;
import software.amazon.awssdk.services.iam.model.GetGroupResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserResponse;
import software.amazon.awssdk.services.iam.model.ListGroupsRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsResponse;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.UpdateGroupRequest;
import software.amazon.awssdk.services.iam.model.User;

/** Groups and who is in them. */
final class GroupOperationsTest {
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

  private Group create(String name) {
    return iam.<CreateGroupResponse>run(CreateGroupRequest.builder().groupName(name).build())
        .group();
  }

  private void add(String group, String user) {
    iam.run(AddUserToGroupRequest.builder().groupName(group).userName(user).build());
  }

  private List<String> groupsOf(String user) {
    return iam
        .<ListGroupsForUserResponse>run(ListGroupsForUserRequest.builder().userName(user).build())
        .groups()
        .stream()
        .map(Group::groupName)
        .toList();
  }

  @Test
  void newGroupHasIdAndArnAndNobodyInIt() {
    CreateGroupResponse made =
        iam.run(CreateGroupRequest.builder().groupName("Ops").path("/eng/").build());

    assertThat(made.group().groupId()).matches("AGPA[A-Z2-7]{17}");
    assertThat(made.group().arn()).isEqualTo("arn:aws:iam::123456789012:group/eng/Ops");
    GetGroupResponse shown = iam.run(GetGroupRequest.builder().groupName("ops").build());
    assertThat(shown.group()).isEqualTo(made.group());
    assertThat(shown.users()).isEmpty();
    assertThat(shown.isTruncated()).isFalse();
    iam.refused(
        CreateGroupRequest.builder().groupName("ops").build(),
        "EntityAlreadyExists",
        "Group with name ops already exists.");
  }

  @Test
  void membersAreShownInPages() {
    create("ops");
    for (String name : List.of("carol", "alice", "Bob")) {
      iam.user(name);
      add("ops", name);
    }

    GetGroupResponse first =
        iam.run(GetGroupRequest.builder().groupName("ops").maxItems(2).build());
    GetGroupResponse second =
        iam.run(
            GetGroupRequest.builder().groupName("ops").maxItems(2).marker(first.marker()).build());

    assertThat(first.users()).extracting(User::userName).containsExactly("alice", "Bob");
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.users()).extracting(User::userName).containsExactly("carol");
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void policyOfGroupIsItsMembersPolicy() {
    create("readers");
    iam.user("alice");
    Caller alice = PrincipalFixture.caller("alice");
    GetUserRequest read = GetUserRequest.builder().userName("alice").build();
    iam.denied(alice, read);

    iam.run(
        AttachGroupPolicyRequest.builder()
            .groupName("readers")
            .policyArn(iam.policy("everything"))
            .build());
    add("readers", "alice");
    iam.run(alice, read);
    iam.run(RemoveUserFromGroupRequest.builder().groupName("readers").userName("alice").build());

    iam.denied(alice, read);
  }

  @Test
  void addingAndRemovingAgainIsFine() {
    create("ops");
    iam.user("alice");

    add("ops", "alice");
    add("OPS", "Alice");
    assertThat(groupsOf("alice")).containsExactly("ops");
    var remove = RemoveUserFromGroupRequest.builder().groupName("ops").userName("alice").build();
    iam.run(remove);
    iam.run(remove);

    assertThat(groupsOf("alice")).isEmpty();
  }

  @Test
  void userIsInTenGroups() {
    iam.user("alice");
    for (int i = 0; i < 10; i++) {
      create("g" + i);
      add("g" + i, "alice");
    }
    create("one-more");

    iam.refused(
        AddUserToGroupRequest.builder().groupName("one-more").userName("alice").build(),
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerUser: 10");
    ListGroupsForUserResponse page =
        iam.run(ListGroupsForUserRequest.builder().userName("alice").maxItems(7).build());
    ListGroupsForUserResponse rest =
        iam.run(
            ListGroupsForUserRequest.builder()
                .userName("alice")
                .maxItems(7)
                .marker(page.marker())
                .build());
    assertThat(page.groups()).hasSize(7);
    assertThat(page.isTruncated()).isTrue();
    assertThat(rest.groups()).hasSize(3);
    assertThat(rest.isTruncated()).isFalse();
  }

  @Test
  void groupOfMembershipIsAskedForFirst() {
    create("ops");
    iam.user("alice");

    iam.refused(
        AddUserToGroupRequest.builder().groupName("none").userName("nobody").build(),
        "NoSuchEntity",
        "The group with name none cannot be found.");
    iam.refused(
        AddUserToGroupRequest.builder().groupName("ops").userName("nobody").build(),
        "NoSuchEntity",
        "The user with name nobody cannot be found.");
    iam.refused(
        RemoveUserFromGroupRequest.builder().groupName("none").userName("alice").build(),
        "NoSuchEntity",
        "The group with name none cannot be found.");
    iam.refused(
        RemoveUserFromGroupRequest.builder().groupName("ops").userName("nobody").build(),
        "NoSuchEntity",
        "The user with name nobody cannot be found.");
    iam.refused(
        ListGroupsForUserRequest.builder().userName("nobody").build(),
        "NoSuchEntity",
        "The user with name nobody cannot be found.");
  }

  @Test
  void unknownGroupCannotBeFound() {
    for (Object input :
        List.of(
            GetGroupRequest.builder().groupName("none").build(),
            UpdateGroupRequest.builder().groupName("none").newPath("/x/").build(),
            DeleteGroupRequest.builder().groupName("none").build())) {
      iam.refused(input, "NoSuchEntity", "The group with name none cannot be found.");
    }
  }

  @Test
  void groupsAreListedInPagesByName() {
    create("b");
    create("A");
    create("c");

    ListGroupsResponse first = iam.run(ListGroupsRequest.builder().maxItems(2).build());
    ListGroupsResponse second =
        iam.run(ListGroupsRequest.builder().maxItems(2).marker(first.marker()).build());
    ListGroupsResponse elsewhere = iam.run(ListGroupsRequest.builder().pathPrefix("/eng/").build());

    assertThat(first.groups()).extracting(Group::groupName).containsExactly("A", "b");
    assertThat(second.groups()).extracting(Group::groupName).containsExactly("c");
    assertThat(second.isTruncated()).isFalse();
    assertThat(elsewhere.groups()).isEmpty();
  }

  @Test
  void renamedGroupKeepsItsMembers() {
    create("ops");
    create("taken");
    iam.user("alice");
    add("ops", "alice");

    iam.run(UpdateGroupRequest.builder().groupName("ops").newGroupName("Operators").build());

    assertThat(groupsOf("alice")).containsExactly("Operators");
    iam.refused(
        UpdateGroupRequest.builder().groupName("operators").newGroupName("TAKEN").build(),
        "EntityAlreadyExists",
        "Group with name TAKEN already exists.");
  }

  @Test
  void groupIsDeletedWhenNothingIsLeft() {
    create("ops");
    iam.user("alice");
    add("ops", "alice");
    DeleteGroupRequest delete = DeleteGroupRequest.builder().groupName("ops").build();

    iam.refused(
        delete, "DeleteConflict", "Cannot delete entity, must remove users from group first.");
    iam.refused(
        DeleteUserRequest.builder().userName("alice").build(),
        "DeleteConflict",
        "Cannot delete entity, must remove user from all groups first.");
    iam.run(RemoveUserFromGroupRequest.builder().groupName("ops").userName("alice").build());
    iam.run(delete);

    iam.refused(
        GetGroupRequest.builder().groupName("ops").build(),
        "NoSuchEntity",
        "The group with name ops cannot be found.");
  }

  @Test
  void membershipIsAllowedByTheGroup() {
    create("ops");
    create("admins");
    iam.user("alice");
    Caller lead =
        iam.userWho(
            "lead",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:AddUserToGroup",
              "Resource":"arn:aws:iam::123456789012:group/ops"}]}\
            """);

    iam.run(lead, AddUserToGroupRequest.builder().groupName("ops").userName("alice").build());
    iam.denied(lead, AddUserToGroupRequest.builder().groupName("admins").userName("alice").build());
  }
}
