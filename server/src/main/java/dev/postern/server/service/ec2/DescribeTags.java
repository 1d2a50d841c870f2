package dev.postern.server.service.ec2;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.NextToken;
import dev.postern.server.store.NodeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.TagDescription;

/** Lists the tags of all instances, in the order of instance ids and keys. */
final class DescribeTags extends Ec2Operation<DescribeTagsRequest, DescribeTagsResponse> {
  private static final Set<String> FILTERS = Set.of("key", "resource-id", "resource-type", "value");
  private static final String TYPE = "instance";

  private final Instances instances;
  private final NextToken nextToken;

  /** The tag that a page follows. */
  private record Place(String instanceId, String key) {
    /** No instance id has a space. */
    static Place parse(String text) {
      int space = text.indexOf(' ');
      return new Place(text.substring(0, space), text.substring(space + 1));
    }

    @Override
    public String toString() {
      return instanceId + ' ' + key;
    }
  }

  DescribeTags(Ec2Parts parts) {
    super(() -> DescribeTagsRequest.builder(), true);
    this.instances = parts.instances();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(DescribeTagsRequest input) {
    Filters.of(input.filters(), FILTERS);
    PageSize.verify(input.maxResults());
  }

  @Override
  public Question question(DescribeTagsRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DescribeTagsResponse run(Call call, DescribeTagsRequest input) {
    Filters filters = Filters.of(input.filters(), FILTERS);
    String query = name() + input.filters();
    Optional<Place> after = nextToken.open(query, input.nextToken()).map(Place::parse);
    endIfDry(input.dryRun());
    int limit = PageSize.of(input.maxResults());
    // One more than the page tells whether another one follows.
    List<TagDescription> found = new ArrayList<>();
    after
        .flatMap(place -> instances.find(place.instanceId()))
        .ifPresent(node -> collect(node, after.get().key(), filters, found));
    List<NodeRecord> read = instances.after(after.map(Place::instanceId));
    while (!read.isEmpty() && found.size() <= limit) {
      read.forEach(node -> collect(node, "", filters, found));
      read = instances.after(Optional.of(read.getLast().instanceId()));
    }
    var answer = DescribeTagsResponse.builder();
    if (found.size() <= limit) {
      return answer.tags(found).build();
    }
    TagDescription last = found.get(limit - 1);
    return answer
        .tags(found.subList(0, limit))
        .nextToken(nextToken.seal(query, new Place(last.resourceId(), last.key()).toString()))
        .build();
  }

  private static void collect(
      NodeRecord node, String afterKey, Filters filters, List<TagDescription> found) {
    new TreeMap<>(node.tags())
        .tailMap(afterKey, false)
        .forEach((key, value) -> {
          if (filters.match(name -> values(name, node.instanceId(), key, value))) {
            found.add(
                TagDescription.builder()
                    .resourceId(node.instanceId())
                    .resourceType(TYPE)
                    .key(key)
                    .value(value)
                    .build());
          }
        });
  }

  private static Collection<String> values(String name, String id, String key, String value) {
    return switch (name) {
      case "key" -> List.of(key);
      case "resource-id" -> List.of(id);
      case "resource-type" -> List.of(TYPE);
      case "value" -> List.of(value);
      default -> name.equals(Filters.TAG + key) ? List.of(value) : List.of();
    };
  }

  @Override
  public Map<String, Object> auditParameters(DescribeTagsRequest input) {
    return Map.of("filterSet", Filters.shown(input.filters()));
  }
}
