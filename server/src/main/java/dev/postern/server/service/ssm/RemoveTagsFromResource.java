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
import software.amazon.awssdk.services.ssm.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.ssm.model.RemoveTagsFromResourceResponse;

/** Takes tags from a managed node or a document; keys that it does not have are no mistake. */
final class RemoveTagsFromResource
    extends SsmOperation<RemoveTagsFromResourceRequest, RemoveTagsFromResourceResponse> {
  private static final int GIVEN_MAX = 1000;

  private final Account account;
  private final Store store;

  RemoveTagsFromResource(SessionParts parts) {
    super(
        SdkCodec.of(RemoveTagsFromResourceRequest.class, RemoveTagsFromResourceRequest::builder),
        false);
    this.account = parts.account();
    this.store = parts.store();
  }

  @Override
  public void validate(RemoveTagsFromResourceRequest input) {
    Constraints constraints =
        TaggedResource.constraints(input.resourceTypeAsString(), input.resourceId())
            .member("tagKeys", input.tagKeys())
            .required()
            .length(0, GIVEN_MAX);
    int index = 0;
    for (String key : input.tagKeys()) {
      index++;
      constraints
          .member("tagKeys." + index + ".member", key)
          .length(1, GivenTags.KEY_LENGTH_MAX)
          .pattern(GivenTags.TEXT)
          .check(!ResourceTags.isReserved(key), GivenTags.RESERVED);
    }
    constraints.verify();
    resource(input);
  }

  private TaggedResource resource(RemoveTagsFromResourceRequest input) {
    return TaggedResource.of(input.resourceTypeAsString(), input.resourceId(), account);
  }

  @Override
  public Question question(RemoveTagsFromResourceRequest input, Caller caller) {
    TaggedResource resource = resource(input);
    Map<String, List<String>> keys =
        ResourceTags.both(
            resource.conditionKeys(store), ResourceTags.requestedKeys(input.tagKeys()));
    return new Question(
        List.of(new Question.Check(action(), resource.arn(account), keys)),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public RemoveTagsFromResourceResponse run(Call call, RemoveTagsFromResourceRequest input) {
    resource(input)
        .changeOrRefuse(
            store,
            input.resourceId(),
            before -> {
              Map<String, String> after = new LinkedHashMap<>(before);
              input.tagKeys().forEach(after::remove);
              return after;
            });
    return RemoveTagsFromResourceResponse.builder().build();
  }

  @Override
  public Map<String, Object> auditParameters(RemoveTagsFromResourceRequest input) {
    return Map.of(
        "resourceType",
        input.resourceTypeAsString(),
        "resourceId",
        input.resourceId(),
        "tagKeys",
        input.tagKeys());
  }
}
