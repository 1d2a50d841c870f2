package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Constraints;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * An operation on one user, who is the caller when the input names nobody.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class OwnUserOperation<I extends SdkPojo, O extends SdkPojo> extends IamOperation<I, O> {
  final PrincipalRules users;

  OwnUserOperation(PrincipalRules users, Codec<I, O> codec, boolean readOnly) {
    super(codec, readOnly);
    this.users = users;
  }

  /** The name in the input, if one. */
  abstract @Nullable String given(I input);

  /** Checks the name; further members follow. */
  final Constraints named(I input) {
    return users.optionalName(Constraints.of(), given(input));
  }

  /** Whom it is about. */
  final String user(I input, Caller caller) {
    String name = given(input);
    if (name != null) {
      return name;
    }
    if (caller instanceof Caller.User self) {
      return self.name();
    }
    throw new Fault(
        "ValidationError", 400, "Must specify userName when calling with non-User credentials");
  }

  @Override
  public Question question(I input, Caller caller) {
    return users.question(action(), user(input, caller));
  }
}
