package dev.postern.server.service.iam;

import dev.postern.server.service.Codec;
import dev.postern.server.store.Groups;
import dev.postern.server.store.PrincipalChange;
import software.amazon.awssdk.core.SdkPojo;

/**
 * A change to who is in a group. Policies allow it by the group.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class MembershipOperation<I extends SdkPojo, O extends SdkPojo>
    extends PrincipalOperation<I, O> {
  final PrincipalRules users;

  MembershipOperation(PrincipalRules groups, PrincipalRules users, Codec<I, O> codec) {
    super(groups, codec, false);
    this.users = users;
  }

  /** Throws what a change that was not made says. */
  final void require(Groups.Membership outcome, String group, String user) {
    switch (outcome) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_GROUP -> throw principals.notFound(group);
      case NO_USER -> throw users.notFound(user);
      case TOO_MANY_GROUPS -> users.require(PrincipalChange.TOO_MANY_GROUPS, user, "");
    }
  }
}
