package dev.postern.server.service.ec2;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.ResourceTags;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Tag;

/** The resources and tags that CreateTags and DeleteTags are given. */
final class GivenTags {
  private static final int RESOURCES_MAX = 1000;
  private static final int KEY_LENGTH_MAX = 128;
  private static final int VALUE_LENGTH_MAX = 256;

  private GivenTags() {}

  /** Refuses ids that are not instances' ids; others have no tags here. */
  static void requireInstances(List<String> ids) {
    if (ids.isEmpty()) {
      throw Ec2Operation.missing("resourceIdSet");
    }
    if (ids.size() > RESOURCES_MAX) {
      throw Ec2Operation.invalid(
          "The maximum number of resources in a single call is " + RESOURCES_MAX);
    }
    for (String id : ids) {
      if (!Instances.isInstance(id)) {
        throw new Fault("InvalidID", 400, "The ID '" + id + "' is not valid");
      }
      Instances.requireWellFormed(id);
    }
  }

  static void requireWellFormed(List<Tag> tags) {
    if (tags.size() > ResourceTags.TAGS_MAX) {
      throw Instances.tooManyTags();
    }
    Set<String> keys = new HashSet<>();
    for (Tag tag : tags) {
      requireKey(tag.key());
      if (length(value(tag)) > VALUE_LENGTH_MAX) {
        throw Ec2Operation.invalid(
            "Tag value exceeds the maximum length of " + VALUE_LENGTH_MAX + " characters");
      }
      if (!keys.add(tag.key())) {
        throw Ec2Operation.invalid("Duplicate tag key '" + tag.key() + "' specified.");
      }
    }
  }

  private static void requireKey(@Nullable String key) {
    if (key == null || key.isEmpty()) {
      throw Ec2Operation.invalid("Tag key cannot be null or empty");
    }
    if (length(key) > KEY_LENGTH_MAX) {
      throw Ec2Operation.invalid(
          "Tag key exceeds the maximum length of " + KEY_LENGTH_MAX + " characters");
    }
    if (ResourceTags.isReserved(key)) {
      throw Ec2Operation.invalid("Tag keys starting with 'aws:' are reserved for internal use");
    }
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** A value that is not given is empty. */
  static String value(Tag tag) {
    return tag.value() == null ? "" : tag.value();
  }

  /** By key. */
  static Map<String, String> byKey(List<Tag> tags) {
    Map<String, String> byKey = new LinkedHashMap<>();
    tags.forEach(tag -> byKey.put(tag.key(), value(tag)));
    return byKey;
  }

  /** One check for each instance, under the tags that it has and those that are given. */
  static Question question(String action, Ec2Parts parts, Collection<String> ids, List<Tag> tags) {
    Account account = parts.account();
    Map<String, List<String>> requested = ResourceTags.requested(byKey(tags));
    return new Question(
        ids.stream()
            .distinct()
            .map(id ->
                new Question.Check(
                    action,
                    account.nodeArn(id),
                    ResourceTags.both(
                        ResourceTags.ec2ConditionKeys(parts.instances().tags(id)), requested)))
            .toList(),
        Question.Proof.ACCESS_KEY);
  }

  /** As CloudTrail shows them. */
  static Map<String, Object> shown(List<String> ids, List<Tag> tags) {
    return Map.of(
        "resourcesSet",
        Map.of("items", ids.stream().map(id -> Map.of("resourceId", id)).toList()),
        "tagSet",
        Map.of("items", tags.stream().map(GivenTags::shown).toList()));
  }

  private static Map<String, String> shown(Tag tag) {
    return tag.value() == null
        ? Map.of("key", tag.key())
        : Map.of("key", tag.key(), "value", tag.value());
  }
}
