package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.service.Account;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.TagChange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the tag operations of Systems Manager name by type and id (spec/aws-api.md 2.2): a managed
 * node or a document of the account. Tags of nodes with {@code i-} ids are EC2's.
 */
sealed interface TaggedResource {
  /** The types that AWS knows; tags are kept for the first two. */
  List<String> TYPES =
      List.of(
          "Document",
          "ManagedInstance",
          "MaintenanceWindow",
          "Parameter",
          "PatchBaseline",
          "OpsItem",
          "OpsMetadata",
          "Automation",
          "Association");

  /** The model has no bound; document ARNs are the longest ids. */
  int ID_LENGTH_MAX = 1024;

  Pattern NODE_ID = Pattern.compile("^mi-[0-9a-f]{17}$");

  /** A node by its {@code mi-} id. */
  record Node(String id) implements TaggedResource {
    @Override
    public String arn(Account account) {
      return account.nodeArn(id);
    }

    @Override
    public Optional<Map<String, String>> find(Store store) {
      return store.nodes().find(id).map(NodeRecord::tags);
    }

    @Override
    public TagChange change(Store store, UnaryOperator<Map<String, String>> change) {
      return store.nodes().changeTags(List.of(id), ResourceTags.TAGS_MAX, change);
    }
  }

  /** A document of the account by its name. */
  record Document(String name) implements TaggedResource {
    @Override
    public String arn(Account account) {
      return account.documentArn(name, false);
    }

    @Override
    public Optional<Map<String, String>> find(Store store) {
      return store.documents().tags(name);
    }

    @Override
    public TagChange change(Store store, UnaryOperator<Map<String, String>> change) {
      return store.documents().changeTags(name, ResourceTags.TAGS_MAX, change);
    }
  }

  String arn(Account account);

  /** Its tags; empty when there is no such resource. */
  Optional<Map<String, String>> find(Store store);

  /** Changes its tags in one transaction. */
  TagChange change(Store store, UnaryOperator<Map<String, String>> change);

  /** Checks the members that name a resource. */
  static Constraints constraints(@Nullable String type, @Nullable String id) {
    return Constraints.of()
        .member("resourceType", type)
        .required()
        .oneOf(TYPES)
        .member("resourceId", id)
        .required()
        .length(1, ID_LENGTH_MAX);
  }

  /**
   * The resource that a call means. Nothing is looked up.
   *
   * @throws Fault {@code InvalidResourceType}, or {@code InvalidResourceId} where no resource of
   *     the type can have the id
   */
  static TaggedResource of(String type, String id, Account account) {
    return switch (type) {
      case "ManagedInstance" -> {
        if (!NODE_ID.matcher(id).matches()) {
          throw invalidId(id);
        }
        yield new Node(id);
      }
      case "Document" -> {
        // Documents that ship with the product, and other accounts', have no tags of ours.
        String prefix = account.documentArn("", false);
        if (id.startsWith("arn:") && !id.startsWith(prefix)) {
          throw invalidId(id);
        }
        yield new Document(id.startsWith("arn:") ? id.substring(prefix.length()) : id);
      }
      default ->
          throw new Fault(
              "InvalidResourceType", 400, "Resources of the type " + type + " have no tags here.");
    };
  }

  static Fault invalidId(String id) {
    return new Fault("InvalidResourceId", 400, "The resource ID \"" + id + "\" is not valid.");
  }

  /** The keys by which policies see the tags that the resource has now. */
  default Map<String, List<String>> conditionKeys(Store store) {
    return ResourceTags.conditionKeys(find(store).orElse(Map.of()));
  }

  /**
   * Changes the tags.
   *
   * @throws Fault {@code InvalidResourceId} or {@code TooManyTagsError}
   */
  default void changeOrRefuse(Store store, String id, UnaryOperator<Map<String, String>> change) {
    switch (change(store, change)) {
      case TagChange.Done() -> {}
      case TagChange.Unknown(List<String> _) -> throw invalidId(id);
      case TagChange.TooMany(String _) ->
          throw new Fault(
              "TooManyTagsError",
              400,
              "A resource has at most " + ResourceTags.TAGS_MAX + " tags.");
    }
  }
}
