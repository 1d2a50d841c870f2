package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.InstanceProfileRecord;
import dev.postern.server.store.InstanceProfiles;
import java.util.List;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleResponse;

/** Lists the instance profiles that hold a role, by name. */
final class ListInstanceProfilesForRole
    extends IamOperation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse> {
  private final IamArns arns;
  private final PrincipalRules rules;
  private final InstanceProfiles profiles;
  private final RoleShapes roles;
  private final PolicyPages pages;

  ListInstanceProfilesForRole(IamParts parts) {
    super(
        SdkCodec.of(
            ListInstanceProfilesForRoleRequest.class, ListInstanceProfilesForRoleRequest::builder),
        true);
    this.arns = parts.arns();
    this.rules = new PrincipalRules(IamEntity.ROLE, parts);
    this.profiles = parts.store().instanceProfiles();
    this.roles = new RoleShapes(parts.arns());
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListInstanceProfilesForRoleRequest input) {
    Constraints constraints = rules.name(Constraints.of(), input.roleName());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListInstanceProfilesForRoleRequest input, Caller caller) {
    return rules.question(action(), input.roleName());
  }

  @Override
  public ListInstanceProfilesForRoleResponse run(
      Call call, ListInstanceProfilesForRoleRequest input) {
    String role = rules.find(input.roleName()).name();
    String query = name() + " " + role;
    int limit = PolicyPages.limit(input.maxItems());
    String after = pages.open(query, input.marker()).orElse("");
    List<InstanceProfileRecord> read = profiles.ofRole(role, after, limit + 1);
    PolicyPages.Page<InstanceProfileRecord> page =
        pages.cut(query, read, limit, InstanceProfileRecord::name);
    return ListInstanceProfilesForRoleResponse.builder()
        .instanceProfiles(
            page.items().stream()
                .map(profile -> InstanceProfileOperation.listed(profile, arns, roles))
                .toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
