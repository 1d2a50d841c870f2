package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceResponse;

/** Gives a managed node or a document tags; of a key that it has the value is replaced. */
final class AddTagsToResource
    extends SsmOperation<AddTagsToResourceRequest, AddTagsToResourceResponse> {
  private final Account account;
  private final Store store;

  AddTagsToResource(SessionParts parts) {
    super(SdkCodec.of(AddTagsToResourceRequest.class, AddTagsToResourceRequest::builder), false);
    this.account = parts.account();
    this.store = parts.store();
  }

  @Override
  public void validate(AddTagsToResourceRequest input) {
    Constraints constraints =
        TaggedResource.constraints(input.resourceTypeAsString(), input.resourceId())
            .member("tags", input.tags())
            .required();
    GivenTags.check(constraints, input.tags()).verify();
    resource(input);
  }

  private TaggedResource resource(AddTagsToResourceRequest input) {
    return TaggedResource.of(input.resourceTypeAsString(), input.resourceId(), account);
  }

  @Override
  public Question question(AddTagsToResourceRequest input, Caller caller) {
    TaggedResource resource = resource(input);
    Map<String, List<String>> keys =
        ResourceTags.both(
            resource.conditionKeys(store), ResourceTags.requested(GivenTags.map(input.tags())));
    return new Question(
        List.of(new Question.Check(action(), resource.arn(account), keys)),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public AddTagsToResourceResponse run(Call call, AddTagsToResourceRequest input) {
    resource(input)
        .changeOrRefuse(
            store,
            input.resourceId(),
            before -> {
              Map<String, String> after = new LinkedHashMap<>(before);
              after.putAll(GivenTags.map(input.tags()));
              return after;
            });
    return AddTagsToResourceResponse.builder().build();
  }

  @Override
  public Map<String, Object> auditParameters(AddTagsToResourceRequest input) {
    return Map.of(
        "resourceType",
        input.resourceTypeAsString(),
        "resourceId",
        input.resourceId(),
        "tags",
        GivenTags.shown(input.tags()));
  }
}
