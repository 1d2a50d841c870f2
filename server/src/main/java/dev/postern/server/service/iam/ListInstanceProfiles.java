package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.InstanceProfileRecord;
import dev.postern.server.store.InstanceProfiles;
import java.util.List;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesResponse;

/** Lists instance profiles whose paths begin so, by name. */
final class ListInstanceProfiles
    extends IamOperation<ListInstanceProfilesRequest, ListInstanceProfilesResponse> {
  private final IamArns arns;
  private final InstanceProfiles profiles;
  private final RoleShapes roles;
  private final PolicyPages pages;

  ListInstanceProfiles(IamParts parts) {
    super(
        SdkCodec.of(ListInstanceProfilesRequest.class, ListInstanceProfilesRequest::builder), true);
    this.arns = parts.arns();
    this.profiles = parts.store().instanceProfiles();
    this.roles = new RoleShapes(parts.arns());
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListInstanceProfilesRequest input) {
    Constraints constraints = PrincipalPaths.prefix(Constraints.of(), input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListInstanceProfilesRequest input, Caller caller) {
    return Question.of(
        action(), arns.instanceProfile(PrincipalPaths.orRoot(input.pathPrefix()), ""));
  }

  @Override
  public ListInstanceProfilesResponse run(Call call, ListInstanceProfilesRequest input) {
    String prefix = PrincipalPaths.orRoot(input.pathPrefix());
    String query = name() + " " + prefix;
    int limit = PolicyPages.limit(input.maxItems());
    String after = pages.open(query, input.marker()).orElse("");
    List<InstanceProfileRecord> read = profiles.list(prefix, after, limit + 1);
    PolicyPages.Page<InstanceProfileRecord> page =
        pages.cut(query, read, limit, InstanceProfileRecord::name);
    return ListInstanceProfilesResponse.builder()
        .instanceProfiles(
            page.items().stream()
                .map(profile -> InstanceProfileOperation.listed(profile, arns, roles))
                .toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
