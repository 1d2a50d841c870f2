package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.CustomerPolicyRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesResponse;
import software.amazon.awssdk.services.iam.model.Policy;

/** Lists managed policies of the account and of AWS by ARN. */
final class ListPolicies extends IamOperation<ListPoliciesRequest, ListPoliciesResponse> {
  private static final int READ_SIZE = 200;
  private static final String SCOPE_AWS = "AWS";
  private static final String SCOPE_LOCAL = "Local";
  private static final List<String> SCOPES = List.of("All", SCOPE_AWS, SCOPE_LOCAL);

  private final CustomerPolicies policies;
  private final PolicyPages pages;

  ListPolicies(IamParts parts) {
    super(SdkCodec.of(ListPoliciesRequest.class, ListPoliciesRequest::builder), true);
    this.policies = parts.store().customerPolicies();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListPoliciesRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("scope", input.scopeAsString())
            .oneOf(SCOPES)
            .member("policyUsageFilter", input.policyUsageFilterAsString())
            .oneOf(PolicyUses.NAMES);
    PolicyRules.path(constraints, "pathPrefix", input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListPoliciesRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public ListPoliciesResponse run(Call call, ListPoliciesRequest input) {
    String query =
        name()
            + List.of(
                String.valueOf(input.scopeAsString()),
                String.valueOf(input.onlyAttached()),
                String.valueOf(input.pathPrefix()),
                String.valueOf(input.policyUsageFilterAsString()));
    int limit = PolicyPages.limit(input.maxItems());
    Optional<String> after = pages.open(query, input.marker());
    List<Policy> found = new ArrayList<>();
    if (!SCOPE_AWS.equals(input.scopeAsString())) {
      addOwn(input, after, limit, found);
    }
    if (!SCOPE_LOCAL.equals(input.scopeAsString())) {
      addAws(input, after, limit, found);
    }
    // The account's own ARNs come first: digits are before letters.
    found.sort(Comparator.comparing(Policy::arn));
    PolicyPages.Page<Policy> page =
        pages.cut(query, found.subList(0, Math.min(found.size(), limit + 1)), limit, Policy::arn);
    return ListPoliciesResponse.builder()
        .policies(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  private void addOwn(
      ListPoliciesRequest input, Optional<String> after, int limit, List<Policy> found) {
    List<CustomerPolicyRecord> read = policies.list(after, READ_SIZE);
    while (!read.isEmpty() && found.size() <= limit) {
      read.stream().map(PolicyShapes::listed).filter(p -> matches(input, p)).forEach(found::add);
      read = policies.list(Optional.of(read.getLast().arn()), READ_SIZE);
    }
  }

  private void addAws(
      ListPoliciesRequest input, Optional<String> after, int limit, List<Policy> found) {
    ManagedPolicies.all().stream()
        .filter(policy -> policy.arn().compareTo(after.orElse("")) > 0)
        .map(policy -> PolicyShapes.listed(policy, policies.usage(policy.arn())))
        .filter(policy -> matches(input, policy))
        .limit(limit + 1L)
        .forEach(found::add);
  }

  private static boolean matches(ListPoliciesRequest input, Policy policy) {
    boolean boundaries = PolicyUses.BOUNDARY.equals(input.policyUsageFilterAsString());
    int uses = boundaries ? policy.permissionsBoundaryUsageCount() : policy.attachmentCount();
    boolean usedOnly =
        Boolean.TRUE.equals(input.onlyAttached()) || input.policyUsageFilterAsString() != null;
    return (input.pathPrefix() == null || policy.path().startsWith(input.pathPrefix()))
        && (!usedOnly || uses > 0);
  }
}
