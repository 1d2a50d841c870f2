package dev.postern.server.service.ssm;

import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.store.Store;
import java.util.List;
import java.util.Map;

/**
 * What handing a role to nodes asks for: {@code iam:PassRole} on the role, wherever its path, to
 * Systems Manager. A refusal calls the role as it was written, so that who may not pass roles is
 * not told which ones there are and where.
 */
final class PassRole {
  private PassRole() {}

  /**
   * The check.
   *
   * @param iamRole as callers of CreateActivation write it: a name, perhaps with a path before it
   */
  static Question.Check check(Account account, Store store, String iamRole) {
    String arn =
        store
            .roleTrusts()
            .find(CreateActivation.roleName(iamRole))
            .map(role -> account.roleArn(role.path().substring(1) + role.name()))
            .orElseGet(() -> account.roleArn(iamRole));
    Map<String, List<String>> keys =
        Map.of("iam:PassedToService", List.of(SystemsManager.PRINCIPAL));
    return new Question.Check("iam:PassRole", arn, keys).shownAs(account.roleArn(iamRole));
  }
}
