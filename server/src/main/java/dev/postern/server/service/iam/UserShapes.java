package dev.postern.server.service.iam;

import dev.postern.server.store.PrincipalRecord;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.User;

/** Users and groups as answers show them. */
final class UserShapes {
  private UserShapes() {}

  /** Without boundary and tags, as lists show it. */
  static User listed(PrincipalRecord user, IamArns arns) {
    return User.builder()
        .path(user.path())
        .userName(user.name())
        .userId(user.id())
        .arn(arns.user(user.path(), user.name()))
        .createDate(user.createdDate())
        .build();
  }

  /** Tags are left out where there are none, as AWS does. */
  static User full(PrincipalRecord user, IamArns arns) {
    return listed(user, arns)
        .copy(shown ->
            shown
                .permissionsBoundary(PolicyShapes.boundary(user.boundary()))
                .tags(user.tags().isEmpty() ? null : PolicyTags.shown(user.tags())));
  }

  static Group group(PrincipalRecord group, IamArns arns) {
    return Group.builder()
        .path(group.path())
        .groupName(group.name())
        .groupId(group.id())
        .arn(arns.group(group.path(), group.name()))
        .createDate(group.createdDate())
        .build();
  }
}
