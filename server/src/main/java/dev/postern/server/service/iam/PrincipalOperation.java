package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Constraints;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;

/**
 * An operation on the one user, group or role that its input names.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class PrincipalOperation<I extends SdkPojo, O extends SdkPojo> extends IamOperation<I, O> {
  final PrincipalRules principals;

  PrincipalOperation(PrincipalRules principals, Codec<I, O> codec, boolean readOnly) {
    super(codec, readOnly);
    this.principals = principals;
  }

  /** The name in the input. */
  abstract String principal(I input);

  /** Checks the name; further members follow. */
  final Constraints named(I input) {
    return principals.name(Constraints.of(), principal(input));
  }

  /** The condition keys that follow from the input. */
  Map<String, List<String>> keys(I input) {
    return Map.of();
  }

  /** Of attaching and detaching: which policy, and what limits its holder at present. */
  final Map<String, List<String>> policyKeys(String name, String policyArn) {
    Map<String, List<String>> keys = new LinkedHashMap<>(principals.boundaryOf(name));
    keys.putAll(PrincipalRules.policyKey(policyArn));
    return keys;
  }

  @Override
  public Question question(I input, Caller caller) {
    return principals.question(action(), principal(input), keys(input));
  }
}
