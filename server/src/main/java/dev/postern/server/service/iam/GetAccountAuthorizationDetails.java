package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.ManagedPolicy;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccountDetails;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.CustomerPolicyRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsRequest;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsResponse;
import software.amazon.awssdk.services.iam.model.GroupDetail;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.RoleDetail;
import software.amazon.awssdk.services.iam.model.UserDetail;

/**
 * Shows users, groups, roles and policies with everything that belongs to them; of AWS's policies
 * those that are in use. A page holds so many of all kinds together, kind after kind.
 */
final class GetAccountAuthorizationDetails
    extends IamOperation<
        GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse> {
  private static final int READ_SIZE = 100;

  private final AccountDetails details;
  private final CustomerPolicies policies;
  private final AuthorizationShapes shapes;
  private final PolicyPages pages;

  /** In the order in which they are shown. */
  private enum Section {
    USER("User"),
    GROUP("Group"),
    ROLE("Role"),
    LOCAL_POLICY("LocalManagedPolicy"),
    AWS_POLICY("AWSManagedPolicy");

    private static final List<String> FILTERS =
        List.of(values()).stream().map(section -> section.filter).toList();

    private final String filter;

    Section(String filter) {
      this.filter = filter;
    }
  }

  GetAccountAuthorizationDetails(IamParts parts) {
    super(
        SdkCodec.of(
            GetAccountAuthorizationDetailsRequest.class,
            GetAccountAuthorizationDetailsRequest::builder),
        true);
    this.details = parts.store().accountDetails();
    this.policies = parts.store().customerPolicies();
    this.shapes = new AuthorizationShapes(parts.arns());
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(GetAccountAuthorizationDetailsRequest input) {
    Constraints constraints = Constraints.of();
    int index = 0;
    for (String filter : input.filterAsStrings()) {
      index++;
      constraints.member("filter." + index + ".member", filter).oneOf(Section.FILTERS);
    }
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(GetAccountAuthorizationDetailsRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public GetAccountAuthorizationDetailsResponse run(
      Call call, GetAccountAuthorizationDetailsRequest input) {
    String query = name() + new TreeSet<>(input.filterAsStrings());
    Optional<String> place = pages.open(query, input.marker());
    Section first = place.map(GetAccountAuthorizationDetails::section).orElse(Section.USER);
    var page = new Filling(PolicyPages.limit(input.maxItems()));
    for (Section section : Section.values()) {
      boolean wanted =
          input.filterAsStrings().isEmpty() || input.filterAsStrings().contains(section.filter);
      if (wanted && section.compareTo(first) >= 0 && page.next == null) {
        page.section = section;
        Optional<String> after =
            section == first ? place.map(GetAccountAuthorizationDetails::name) : Optional.empty();
        fill(page, section, after);
      }
    }
    PolicyPages.Page<String> marker =
        pages.page(query, List.of(), page.next == null ? "" : page.next);
    return GetAccountAuthorizationDetailsResponse.builder()
        .userDetailList(page.users)
        .groupDetailList(page.groups)
        .roleDetailList(page.roles)
        .policies(page.policies)
        .isTruncated(marker.isTruncated())
        .marker(marker.marker())
        .build();
  }

  private static Section section(String place) {
    return Section.valueOf(place.substring(0, place.indexOf(' ')));
  }

  private static String name(String place) {
    return place.substring(place.indexOf(' ') + 1);
  }

  private void fill(Filling page, Section section, Optional<String> after) {
    switch (section) {
      case USER -> fillUsers(page, after);
      case GROUP -> fillGroups(page, after);
      case ROLE -> fillRoles(page, after);
      case LOCAL_POLICY -> fillOwn(page, after);
      case AWS_POLICY -> fillAws(page, after);
    }
  }

  private void fillUsers(Filling page, Optional<String> after) {
    List<AccountDetails.User> read = details.users(after, READ_SIZE);
    while (!read.isEmpty() && page.next == null) {
      for (AccountDetails.User user : read) {
        if (page.takes(user.entity().name())) {
          page.users.add(shapes.user(user));
        }
      }
      read = details.users(Optional.of(read.getLast().entity().name()), READ_SIZE);
    }
  }

  private void fillGroups(Filling page, Optional<String> after) {
    List<AccountDetails.Entity> read = details.groups(after, READ_SIZE);
    while (!read.isEmpty() && page.next == null) {
      for (AccountDetails.Entity group : read) {
        if (page.takes(group.name())) {
          page.groups.add(shapes.group(group));
        }
      }
      read = details.groups(Optional.of(read.getLast().name()), READ_SIZE);
    }
  }

  private void fillRoles(Filling page, Optional<String> after) {
    List<AccountDetails.Role> read = details.roles(after, READ_SIZE);
    while (!read.isEmpty() && page.next == null) {
      for (AccountDetails.Role role : read) {
        if (page.takes(role.entity().name())) {
          page.roles.add(shapes.role(role));
        }
      }
      read = details.roles(Optional.of(read.getLast().entity().name()), READ_SIZE);
    }
  }

  private void fillOwn(Filling page, Optional<String> after) {
    List<CustomerPolicyRecord> read = policies.list(after, READ_SIZE);
    while (!read.isEmpty() && page.next == null) {
      for (CustomerPolicyRecord policy : read) {
        if (page.takes(policy.arn())) {
          page.policies.add(shapes.policy(policy, policies.versions(policy.arn())));
        }
      }
      read = policies.list(Optional.of(read.getLast().arn()), READ_SIZE);
    }
  }

  private void fillAws(Filling page, Optional<String> after) {
    List<ManagedPolicy> all =
        ManagedPolicies.all().stream()
            .filter(policy -> policy.arn().compareTo(after.orElse("")) > 0)
            .sorted(Comparator.comparing(ManagedPolicy::arn))
            .toList();
    for (ManagedPolicy policy : all) {
      CustomerPolicyRecord.Usage usage = policies.usage(policy.arn());
      if (!usage.equals(CustomerPolicyRecord.Usage.NONE) && page.takes(policy.arn())) {
        page.policies.add(shapes.policy(policy, usage));
      }
    }
  }

  /** A page while it is filled. For one thread. */
  private static final class Filling {
    private final List<UserDetail> users = new ArrayList<>();
    private final List<GroupDetail> groups = new ArrayList<>();
    private final List<RoleDetail> roles = new ArrayList<>();
    private final List<ManagedPolicyDetail> policies = new ArrayList<>();
    private final int limit;
    private Section section = Section.USER;
    private String last = "";
    private int count;

    /** Where the next page begins after, once something did not fit. */
    private @Nullable String next;

    Filling(int limit) {
      this.limit = limit;
    }

    /** Whether there is room for another one. */
    boolean takes(String name) {
      if (count == limit) {
        next = last;
        return false;
      }
      count++;
      last = section.name() + " " + name;
      return true;
    }
  }
}
