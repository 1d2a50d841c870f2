package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Store;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ssm.model.ListTagsForResourceResponse;

/** The tags of a managed node or a document, all at once: there are 50 at most. */
final class ListTagsForResource
    extends SsmOperation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  private final Account account;
  private final Store store;

  ListTagsForResource(SessionParts parts) {
    super(SdkCodec.of(ListTagsForResourceRequest.class, ListTagsForResourceRequest::builder), true);
    this.account = parts.account();
    this.store = parts.store();
  }

  @Override
  public void validate(ListTagsForResourceRequest input) {
    TaggedResource.constraints(input.resourceTypeAsString(), input.resourceId()).verify();
    resource(input);
  }

  private TaggedResource resource(ListTagsForResourceRequest input) {
    return TaggedResource.of(input.resourceTypeAsString(), input.resourceId(), account);
  }

  @Override
  public Question question(ListTagsForResourceRequest input, Caller caller) {
    TaggedResource resource = resource(input);
    return new Question(
        List.of(new Question.Check(action(), resource.arn(account), resource.conditionKeys(store))),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public ListTagsForResourceResponse run(Call call, ListTagsForResourceRequest input) {
    Map<String, String> tags =
        resource(input).find(store).orElseThrow(() -> TaggedResource.invalidId(input.resourceId()));
    return ListTagsForResourceResponse.builder().tagList(GivenTags.list(tags)).build();
  }

  @Override
  public Map<String, Object> auditParameters(ListTagsForResourceRequest input) {
    return Map.of("resourceType", input.resourceTypeAsString(), "resourceId", input.resourceId());
  }
}
