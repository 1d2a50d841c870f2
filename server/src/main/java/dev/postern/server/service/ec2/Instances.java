package dev.postern.server.service.ec2;

import dev.postern.aws.Fault;
import dev.postern.server.bus.Bus;
import dev.postern.server.service.PingStatus;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.TagChange;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * EC2's instances: the managed nodes that were enrolled under an {@code i-} id (design.md decision
 * 10). Safe for use by many threads.
 */
record Instances(Nodes nodes, Bus bus) {
  private static final int READ_SIZE = 200;
  private static final String PREFIX = "i-";

  /** Looser than AWS's: ids as people write them. */
  private static final Pattern ID = Pattern.compile("^i-[0-9a-zA-Z]{1,64}$");

  /** Whether an id names an instance at all, well formed or not. */
  static boolean isInstance(String id) {
    return id.startsWith(PREFIX);
  }

  /** Refuses ids that no instance can have. */
  static void requireWellFormed(String id) {
    if (!ID.matcher(id).matches()) {
      throw new Fault("InvalidInstanceID.Malformed", 400, "Invalid id: \"" + id + "\"");
    }
  }

  static Fault notFound(Collection<String> ids) {
    String message =
        ids.size() == 1
            ? "The instance ID '" + ids.iterator().next() + "' does not exist"
            : "The instance IDs '" + String.join(", ", ids) + "' do not exist";
    return new Fault("InvalidInstanceID.NotFound", 400, message);
  }

  /** An instance; empty also where the id is a node's of another kind. */
  Optional<NodeRecord> find(String id) {
    return isInstance(id) ? nodes.find(id) : Optional.empty();
  }

  /**
   * Those of these ids, each once.
   *
   * @throws Fault {@code InvalidInstanceID.NotFound} that names all that do not exist
   */
  List<NodeRecord> all(Collection<String> ids) {
    Set<String> unknown = new LinkedHashSet<>();
    List<NodeRecord> found =
        ids.stream()
            .distinct()
            .flatMap(id -> {
              Optional<NodeRecord> node = find(id);
              if (node.isEmpty()) {
                unknown.add(id);
              }
              return node.stream();
            })
            .toList();
    if (!unknown.isEmpty()) {
      throw notFound(unknown);
    }
    return found;
  }

  /** The next few in the order of their ids; none when there are no more. */
  List<NodeRecord> after(Optional<String> id) {
    // No id is shorter than the prefix, so that all of them follow it.
    return nodes.list(Optional.of(id.orElse(PREFIX)), READ_SIZE).stream()
        .takeWhile(node -> isInstance(node.instanceId()))
        .toList();
  }

  /** Whether the node's agent pings or is connected. */
  boolean isRunning(NodeRecord node, Instant now) {
    return PingStatus.of(node, bus, now) == PingStatus.Online;
  }

  Map<String, String> tags(String id) {
    return nodes.tags(id);
  }

  /**
   * Changes the tags of all or of none.
   *
   * @param dryRun whether to stop before the change, with {@code DryRunOperation}
   * @throws Fault {@code InvalidInstanceID.NotFound} or {@code TagLimitExceeded}
   */
  void changeTags(
      Collection<String> ids, boolean dryRun, UnaryOperator<Map<String, String>> change) {
    if (dryRun) {
      for (NodeRecord node : all(ids)) {
        if (change.apply(node.tags()).size() > ResourceTags.TAGS_MAX) {
          throw tooManyTags();
        }
      }
      Ec2Operation.endIfDry(true);
    }
    switch (nodes.changeTags(ids, ResourceTags.TAGS_MAX, change)) {
      case TagChange.Done() -> {}
      case TagChange.Unknown(List<String> unknown) -> throw notFound(unknown);
      case TagChange.TooMany(String _) -> throw tooManyTags();
    }
  }

  static Fault tooManyTags() {
    return new Fault(
        "TagLimitExceeded", 400, "The maximum number of Tags for a resource has been reached.");
  }
}
