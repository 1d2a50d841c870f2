package dev.postern.server.service.ec2;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.ResourceTags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * Takes tags from instances: one that is given with a value, also an empty one, only where the
 * instance has that value; all of them when none is given. Tags that are not there are no mistake.
 */
final class DeleteTags extends Ec2Operation<DeleteTagsRequest, DeleteTagsResponse> {
  private final Ec2Parts parts;

  DeleteTags(Ec2Parts parts) {
    super(() -> DeleteTagsRequest.builder(), false);
    this.parts = parts;
  }

  @Override
  public void validate(DeleteTagsRequest input) {
    GivenTags.requireInstances(input.resources());
    GivenTags.requireWellFormed(input.tags());
  }

  @Override
  public Question question(DeleteTagsRequest input, Caller caller) {
    return GivenTags.question(action(), parts, input.resources(), input.tags());
  }

  @Override
  public DeleteTagsResponse run(Call call, DeleteTagsRequest input) {
    parts
        .instances()
        .changeTags(
            input.resources(),
            Boolean.TRUE.equals(input.dryRun()),
            before -> without(before, input.tags()));
    return DeleteTagsResponse.builder().build();
  }

  private static Map<String, String> without(Map<String, String> before, List<Tag> tags) {
    Map<String, String> after = new LinkedHashMap<>(before);
    if (tags.isEmpty()) {
      after.keySet().removeIf(key -> !ResourceTags.isReserved(key));
    }
    for (Tag tag : tags) {
      if (tag.value() == null) {
        after.remove(tag.key());
      } else {
        after.remove(tag.key(), tag.value());
      }
    }
    return after;
  }

  @Override
  public Map<String, Object> auditParameters(DeleteTagsRequest input) {
    return GivenTags.shown(input.resources(), input.tags());
  }
}
