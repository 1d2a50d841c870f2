package dev.postern.server.service.ec2;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.NextToken;
import dev.postern.server.store.NodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Reservation;

/** Lists instances in the order of their ids, each in a reservation of its own. */
final class DescribeInstances
    extends Ec2Operation<DescribeInstancesRequest, DescribeInstancesResponse> {
  private final Instances instances;
  private final String ownerId;
  private final NextToken nextToken;

  DescribeInstances(Ec2Parts parts) {
    super(() -> DescribeInstancesRequest.builder(), true);
    this.instances = parts.instances();
    this.ownerId = parts.account().id();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(DescribeInstancesRequest input) {
    Filters.of(input.filters(), DescribedInstance.FILTERS);
    PageSize.verify(input.maxResults());
    if (!input.instanceIds().isEmpty()
        && (input.maxResults() != null || input.nextToken() != null)) {
      throw new Fault(
          "InvalidParameterCombination",
          400,
          "The parameter instancesSet cannot be used with the parameter maxResults");
    }
    input.instanceIds().forEach(Instances::requireWellFormed);
  }

  @Override
  public Question question(DescribeInstancesRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DescribeInstancesResponse run(Call call, DescribeInstancesRequest input) {
    Filters filters = Filters.of(input.filters(), DescribedInstance.FILTERS);
    if (!input.instanceIds().isEmpty()) {
      List<NodeRecord> named = instances.all(input.instanceIds());
      endIfDry(input.dryRun());
      return DescribeInstancesResponse.builder()
          .reservations(
              named.stream()
                  .map(node -> described(node, call))
                  .filter(instance -> filters.match(instance::values))
                  .map(DescribedInstance::reservation)
                  .toList())
          .build();
    }
    String query = name() + input.filters();
    Optional<String> after = nextToken.open(query, input.nextToken());
    endIfDry(input.dryRun());
    return page(call, filters, query, after, PageSize.of(input.maxResults()));
  }

  private DescribedInstance described(NodeRecord node, Call call) {
    return new DescribedInstance(node, ownerId, instances.isRunning(node, call.now()));
  }

  private DescribeInstancesResponse page(
      Call call, Filters filters, String query, Optional<String> after, int limit) {
    List<Reservation> found = new ArrayList<>();
    String last = "";
    List<NodeRecord> read = instances.after(after);
    while (!read.isEmpty()) {
      for (NodeRecord node : read) {
        DescribedInstance instance = described(node, call);
        if (!filters.match(instance::values)) {
          continue;
        }
        if (found.size() == limit) {
          return DescribeInstancesResponse.builder()
              .reservations(found)
              .nextToken(nextToken.seal(query, last))
              .build();
        }
        found.add(instance.reservation());
        last = node.instanceId();
      }
      read = instances.after(Optional.of(read.getLast().instanceId()));
    }
    return DescribeInstancesResponse.builder().reservations(found).build();
  }

  @Override
  public Map<String, Object> auditParameters(DescribeInstancesRequest input) {
    return Map.of(
        "instancesSet",
        Map.of("items", input.instanceIds().stream().map(id -> Map.of("instanceId", id)).toList()),
        "filterSet",
        Filters.shown(input.filters()));
  }
}
