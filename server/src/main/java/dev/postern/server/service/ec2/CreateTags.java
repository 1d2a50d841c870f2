package dev.postern.server.service.ec2;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;

/** Gives instances tags; of a key that one has the value is replaced. All of them or none. */
final class CreateTags extends Ec2Operation<CreateTagsRequest, CreateTagsResponse> {
  private final Ec2Parts parts;

  CreateTags(Ec2Parts parts) {
    super(() -> CreateTagsRequest.builder(), false);
    this.parts = parts;
  }

  @Override
  public void validate(CreateTagsRequest input) {
    GivenTags.requireInstances(input.resources());
    if (input.tags().isEmpty()) {
      throw missing("tagSet");
    }
    GivenTags.requireWellFormed(input.tags());
  }

  @Override
  public Question question(CreateTagsRequest input, Caller caller) {
    return GivenTags.question(action(), parts, input.resources(), input.tags());
  }

  @Override
  public CreateTagsResponse run(Call call, CreateTagsRequest input) {
    Map<String, String> given = GivenTags.byKey(input.tags());
    parts
        .instances()
        .changeTags(
            input.resources(),
            Boolean.TRUE.equals(input.dryRun()),
            before -> {
              Map<String, String> after = new LinkedHashMap<>(before);
              after.putAll(given);
              return after;
            });
    return CreateTagsResponse.builder().build();
  }

  @Override
  public Map<String, Object> auditParameters(CreateTagsRequest input) {
    return GivenTags.shown(input.resources(), input.tags());
  }
}
