package dev.postern.server.service.iam;

import dev.postern.aws.Arn;
import dev.postern.aws.Fault;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.policy.AttachedPolicy;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.SourceType;
import dev.postern.server.store.AccountDetails;
import dev.postern.server.store.GrantedPolicy;
import dev.postern.server.store.Grants;
import dev.postern.server.store.IamEntity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The policies of somebody, as a simulation begins with them.
 *
 * @param principal who asks, unless the call names a caller
 * @param policies identity policies, those of a user's groups included
 * @param context keys that follow from the principal
 */
record PolicySource(
    PolicyPrincipal principal,
    List<AttachedPolicy> policies,
    Optional<AttachedPolicy> boundary,
    RequestContext context) {
  /** Whoever has only the policies that the call gives. */
  static final PolicySource NOBODY =
      new PolicySource(
          new PolicyPrincipal.User("", "", ""), List.of(), Optional.empty(), RequestContext.EMPTY);

  PolicySource {
    policies = List.copyOf(policies);
  }

  /** A user, group or role of the account, by its ARN. */
  static PolicySource of(IamParts parts, String arn) {
    String resource = Arn.parse(arn).resource();
    int slash = resource.indexOf('/');
    String kind = slash < 0 ? "" : resource.substring(0, slash);
    String name = resource.substring(resource.lastIndexOf('/') + 1);
    boolean iam = arn.startsWith("arn:aws:iam::");
    return switch (iam ? kind : "") {
      case "user" -> user(parts, arn, name);
      case "role" -> role(parts, arn, name);
      case "group" -> group(parts, arn, name);
      default ->
          throw SimulationInput.invalid(
              "Invalid Entity Arn: " + arn + " does not clearly define entity type and name.");
    };
  }

  private static PolicySource user(IamParts parts, String arn, String name) {
    Grants.Granted user =
        parts
            .store()
            .grants()
            .ofUser(name)
            .filter(found -> parts.arns().user(found.path(), found.name()).equals(arn))
            .orElseThrow(() -> gone("user", name));
    var principal = new PolicyPrincipal.User(arn, parts.arns().accountId(), user.id());
    return of(user, principal, userKeys(principal).put("aws:userid", user.id()));
  }

  private static PolicySource role(IamParts parts, String arn, String name) {
    Grants.Granted role =
        parts
            .store()
            .grants()
            .ofRole(name)
            .filter(found -> parts.arns().role(found.path(), found.name()).equals(arn))
            .orElseThrow(() -> gone("role", name));
    String account = parts.arns().accountId();
    return of(
        role,
        new PolicyPrincipal.RoleSession(arn, arn, account, role.id()),
        RequestContext.builder()
            .put("aws:PrincipalArn", arn)
            .put("aws:PrincipalAccount", account)
            .put("aws:PrincipalType", "AssumedRole"));
  }

  private static PolicySource of(
      Grants.Granted granted, PolicyPrincipal principal, RequestContext.Builder keys) {
    granted.tags().forEach((key, value) -> keys.put("aws:PrincipalTag/" + key, value));
    List<AttachedPolicy> policies = new ArrayList<>();
    granted.policies().forEach(policy -> attached(policy).ifPresent(policies::add));
    return new PolicySource(
        principal, policies, granted.boundary().flatMap(PolicySource::attached), keys.build());
  }

  private static PolicySource group(IamParts parts, String arn, String name) {
    AccountDetails.Entity group =
        parts
            .store()
            .accountDetails()
            .group(name)
            .filter(found -> parts.arns().group(found.path(), found.name()).equals(arn))
            .orElseThrow(() -> gone("group", name));
    List<AttachedPolicy> policies = new ArrayList<>();
    group
        .inline()
        .forEach((policy, text) ->
            attached(new GrantedPolicy(IamEntity.GROUP, group.name(), policy, Optional.of(text)))
                .ifPresent(policies::add));
    for (String policyArn : group.attached()) {
      attached(parts.store().grants().managed(IamEntity.GROUP, group.name(), policyArn))
          .ifPresent(policies::add);
    }
    return new PolicySource(NOBODY.principal(), policies, Optional.empty(), RequestContext.EMPTY);
  }

  /** Absent for a managed policy that is neither the account's nor one of AWS's that we have. */
  private static Optional<AttachedPolicy> attached(GrantedPolicy policy) {
    if (!policy.isManaged()) {
      String id =
          policy.source().name().toLowerCase(Locale.ROOT)
              + "_"
              + policy.sourceName()
              + "_"
              + policy.name();
      return policy.document().map(text -> stored(id, text));
    }
    String name = policy.name().substring(policy.name().lastIndexOf('/') + 1);
    return policy
        .document()
        .map(text -> stored(name, text))
        .or(() ->
            ManagedPolicies.find(policy.name())
                .map(aws -> new AttachedPolicy(name, SourceType.IAM_POLICY, aws.policy())));
  }

  private static AttachedPolicy stored(String id, String text) {
    try {
      return new AttachedPolicy(
          id, SourceType.IAM_POLICY, PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY));
    } catch (MalformedPolicyException malformed) {
      throw new Fault(
          "PolicyEvaluation", 500, "Policy " + id + " cannot be read: " + malformed.getMessage());
    }
  }

  /** This source's policies in the hands of a user. */
  PolicySource inHandsOf(String userArn) {
    if (userArn.equals(principal.name())) {
      return this;
    }
    var user = new PolicyPrincipal.User(userArn, Arn.parse(userArn).account(), "");
    return new PolicySource(user, policies, boundary, userKeys(user).build());
  }

  private static RequestContext.Builder userKeys(PolicyPrincipal.User user) {
    return RequestContext.builder()
        .put("aws:username", user.arn().substring(user.arn().lastIndexOf('/') + 1))
        .put("aws:PrincipalArn", user.arn())
        .put("aws:PrincipalAccount", user.accountId())
        .put("aws:PrincipalType", "User");
  }

  private static Fault gone(String kind, String name) {
    return new Fault(
        "NoSuchEntity", 404, "The " + kind + " with name " + name + " cannot be found.");
  }
}
