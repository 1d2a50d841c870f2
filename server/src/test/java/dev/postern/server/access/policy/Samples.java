package dev.postern.server.access.policy;

import dev.postern.aws.Action;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Policies and requests of one account, as short as tests want to write them. */
final class Samples {
  static final String ACCOUNT = "123456789012";
  static final String NODE = "arn:aws:ec2:us-east-1:" + ACCOUNT + ":instance/i-0abc";
  static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/Ops";
  static final PolicyPrincipal.User ALICE =
      new PolicyPrincipal.User("arn:aws:iam::" + ACCOUNT + ":user/alice", ACCOUNT, "AIDAALICE");
  static final PolicyPrincipal.RoleSession BOB =
      new PolicyPrincipal.RoleSession(
          "arn:aws:sts::" + ACCOUNT + ":assumed-role/Ops/bob", ROLE, ACCOUNT, "AROAOPS");

  private Samples() {}

  /** A policy of version 2012-10-17 with these statements, quoted by apostrophes. */
  static String json(String... statements) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":["
        + String.join(",", statements).replace('\'', '"')
        + "]}";
  }

  static AttachedPolicy attached(PolicyDocument.Kind kind, String... statements) {
    return attached(kind, Map.of(), statements);
  }

  static AttachedPolicy attached(
      PolicyDocument.Kind kind, Map<String, String> uniqueIds, String... statements) {
    try {
      return new AttachedPolicy(
          "sample", SourceType.NONE, PolicyDocument.parse(json(statements), kind, uniqueIds));
    } catch (MalformedPolicyException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  static AttachedPolicy identity(String... statements) {
    return attached(PolicyDocument.Kind.IDENTITY, statements);
  }

  /** A caller's own policies, each of one statement. */
  static PolicySet set(String... statements) {
    return PolicySet.ofIdentity(Stream.of(statements).map(Samples::identity).toList());
  }

  /** No policies but the trust policy of a role of the account. */
  static PolicySet trust(Map<String, String> uniqueIds, String... statements) {
    return PolicySet.EMPTY.withResource(
        new ResourceSide(
            Optional.of(attached(PolicyDocument.Kind.TRUST, uniqueIds, statements)),
            ACCOUNT,
            true));
  }

  static PolicySet bucket(String... statements) {
    return PolicySet.EMPTY.withResource(
        new ResourceSide(
            Optional.of(attached(PolicyDocument.Kind.RESOURCE, statements)), ACCOUNT, false));
  }

  static PolicyRequest request(PolicyPrincipal caller, String action, String resource) {
    return new PolicyRequest(caller, Action.parse(action), resource, RequestContext.EMPTY);
  }

  static PolicyRequest startSession(Map<String, List<String>> context) {
    return new PolicyRequest(
        ALICE, Action.parse("ssm:StartSession"), NODE, RequestContext.of(context));
  }

  static boolean allows(PolicySet set, PolicyRequest request) {
    return Evaluator.evaluate(set, request) instanceof Verdict.Allowed;
  }
}
