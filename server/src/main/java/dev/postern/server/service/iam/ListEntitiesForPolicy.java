package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.PolicyEntities;
import dev.postern.server.store.PolicyEntity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyRequest;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyResponse;
import software.amazon.awssdk.services.iam.model.PolicyGroup;
import software.amazon.awssdk.services.iam.model.PolicyRole;
import software.amazon.awssdk.services.iam.model.PolicyUser;

/** Lists the groups, roles and users that a managed policy is attached to or limits. */
final class ListEntitiesForPolicy
    extends IamOperation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse> {
  private static final int READ_SIZE = 200;
  private static final List<String> KINDS =
      List.of("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy");

  private final CustomerPolicies policies;
  private final PolicyEntities entities;
  private final PolicyPages pages;

  ListEntitiesForPolicy(IamParts parts) {
    super(
        SdkCodec.of(ListEntitiesForPolicyRequest.class, ListEntitiesForPolicyRequest::builder),
        true);
    this.policies = parts.store().customerPolicies();
    this.entities = parts.store().policyEntities();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListEntitiesForPolicyRequest input) {
    Constraints constraints =
        PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn())
            .member("entityFilter", input.entityFilterAsString())
            .oneOf(KINDS)
            .member("policyUsageFilter", input.policyUsageFilterAsString())
            .oneOf(PolicyUses.NAMES);
    PolicyRules.path(constraints, "pathPrefix", input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(ListEntitiesForPolicyRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public ListEntitiesForPolicyResponse run(Call call, ListEntitiesForPolicyRequest input) {
    String arn = input.policyArn();
    if (ManagedPolicies.find(arn).isEmpty() && policies.find(arn).isEmpty()) {
      throw PolicyRules.notFound(arn);
    }
    String query =
        name()
            + List.of(
                arn,
                String.valueOf(input.entityFilterAsString()),
                String.valueOf(input.pathPrefix()),
                String.valueOf(input.policyUsageFilterAsString()));
    int limit = PolicyPages.limit(input.maxItems());
    List<PolicyEntities.Entry> found = new ArrayList<>();
    List<PolicyEntities.Entry> read =
        entities.of(arn, pages.open(query, input.marker()), READ_SIZE);
    while (!read.isEmpty() && found.size() <= limit) {
      read.stream().filter(entry -> matches(input, entry.entity())).forEach(found::add);
      read = entities.of(arn, Optional.of(read.getLast().place()), READ_SIZE);
    }
    PolicyPages.Page<PolicyEntities.Entry> page =
        pages.cut(query, found, limit, PolicyEntities.Entry::place);
    return answer(page);
  }

  private static boolean matches(ListEntitiesForPolicyRequest input, PolicyEntity entity) {
    String use = input.policyUsageFilterAsString();
    return (input.pathPrefix() == null || entity.path().startsWith(input.pathPrefix()))
        && (use == null || use.equals(PolicyUses.BOUNDARY) == entity.boundary())
        && switch (String.valueOf(input.entityFilterAsString())) {
          case "User" -> entity.kind() == IamEntity.USER;
          case "Role" -> entity.kind() == IamEntity.ROLE;
          case "Group" -> entity.kind() == IamEntity.GROUP;
          // No policy is attached to a policy.
          case "LocalManagedPolicy", "AWSManagedPolicy" -> false;
          default -> true;
        };
  }

  private static ListEntitiesForPolicyResponse answer(PolicyPages.Page<PolicyEntities.Entry> page) {
    return ListEntitiesForPolicyResponse.builder()
        .policyGroups(
            of(page, IamEntity.GROUP)
                .map(e -> PolicyGroup.builder().groupName(e.name()).groupId(e.id()).build())
                .toList())
        .policyRoles(
            of(page, IamEntity.ROLE)
                .map(e -> PolicyRole.builder().roleName(e.name()).roleId(e.id()).build())
                .toList())
        .policyUsers(
            of(page, IamEntity.USER)
                .map(e -> PolicyUser.builder().userName(e.name()).userId(e.id()).build())
                .toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  private static Stream<PolicyEntity> of(
      PolicyPages.Page<PolicyEntities.Entry> page, IamEntity kind) {
    return page.items().stream()
        .map(PolicyEntities.Entry::entity)
        .filter(entity -> entity.kind() == kind);
  }
}
