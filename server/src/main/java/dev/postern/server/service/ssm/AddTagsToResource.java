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
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceResponse;
import software.amazon.awssdk.services.ssm.model.Tag;

/** Gives a managed node or a document tags; of a key that it has the value is replaced. */
final class AddTagsToResource
    extends SsmOperation<AddTagsToResourceRequest, AddTagsToResourceResponse> {
  static final int KEY_LENGTH_MAX = 128;
  static final Pattern TEXT = Pattern.compile("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$");
  static final String RESERVED = "Member must not begin with the reserved prefix aws:";

  private static final int VALUE_LENGTH_MAX = 256;
  private static final int GIVEN_MAX = 1000;

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
            .required()
            .length(0, GIVEN_MAX)
            .check(
                input.tags().stream().map(Tag::key).distinct().count() == input.tags().size(),
                "Member must not have two elements of one key");
    int index = 0;
    for (Tag tag : input.tags()) {
      index++;
      String member = "tags." + index + ".member.";
      String key = tag.key();
      constraints
          .member(member + "key", key)
          .required()
          .length(1, KEY_LENGTH_MAX)
          .pattern(TEXT)
          .check(key == null || !ResourceTags.isReserved(key), RESERVED)
          .member(member + "value", tag.value())
          .required()
          .length(0, VALUE_LENGTH_MAX)
          .pattern(TEXT);
    }
    constraints.verify();
    resource(input);
  }

  private TaggedResource resource(AddTagsToResourceRequest input) {
    return TaggedResource.of(input.resourceTypeAsString(), input.resourceId(), account);
  }

  private static Map<String, String> tags(AddTagsToResourceRequest input) {
    Map<String, String> tags = new LinkedHashMap<>();
    input.tags().forEach(tag -> tags.put(tag.key(), tag.value()));
    return tags;
  }

  @Override
  public Question question(AddTagsToResourceRequest input, Caller caller) {
    TaggedResource resource = resource(input);
    Map<String, List<String>> keys =
        ResourceTags.both(resource.conditionKeys(store), ResourceTags.requested(tags(input)));
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
              after.putAll(tags(input));
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
        input.tags().stream().map(tag -> Map.of("key", tag.key(), "value", tag.value())).toList());
  }
}
