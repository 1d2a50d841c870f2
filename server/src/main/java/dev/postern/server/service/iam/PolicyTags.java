package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.CustomerPolicies;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.iam.model.Tag;

/** Tags as the operations on managed policies take and show them. */
final class PolicyTags {
  private static final int KEY_CHARACTERS_MAX = 128;
  private static final int VALUE_CHARACTERS_MAX = 256;
  private static final Pattern KEY = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+");
  private static final Pattern VALUE = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
  private static final String RESERVED = "aws:";

  private PolicyTags() {}

  static Constraints check(Constraints constraints, List<Tag> tags) {
    constraints.member("tags", tags).length(0, CustomerPolicies.TAGS_MAX);
    int index = 0;
    for (Tag tag : tags) {
      index++;
      constraints
          .member("tags." + index + ".member.key", tag.key())
          .required()
          .length(1, KEY_CHARACTERS_MAX)
          .pattern(KEY)
          .member("tags." + index + ".member.value", tag.value())
          .required()
          .length(0, VALUE_CHARACTERS_MAX)
          .pattern(VALUE);
    }
    return constraints;
  }

  static Constraints checkKeys(Constraints constraints, List<String> keys) {
    constraints.member("tagKeys", keys).required().length(0, CustomerPolicies.TAGS_MAX);
    int index = 0;
    for (String key : keys) {
      index++;
      constraints
          .member("tagKeys." + index + ".member", key)
          .length(1, KEY_CHARACTERS_MAX)
          .pattern(KEY);
    }
    return constraints;
  }

  /** Refuses keys that differ only in case, and AWS's own. */
  static void requireDistinct(List<Tag> tags) {
    Set<String> seen = new HashSet<>();
    for (Tag tag : tags) {
      String key = tag.key().toLowerCase(Locale.ROOT);
      if (!seen.add(key)) {
        throw new Fault(
            "InvalidInput",
            400,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      if (key.startsWith(RESERVED)) {
        throw new Fault(
            "InvalidInput", 400, "Tag keys that begin with aws: are reserved for AWS use.");
      }
    }
  }

  static Map<String, String> map(List<Tag> tags) {
    Map<String, String> map = new LinkedHashMap<>();
    tags.forEach(tag -> map.put(tag.key(), tag.value()));
    return map;
  }

  static List<Tag> shown(Map<String, String> tags) {
    return tags.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
        .toList();
  }

  /** The condition keys of a call that sets tags (spec/aws-api.md 4.6). */
  static Map<String, List<String>> requestKeys(List<Tag> tags) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    tags.forEach(tag -> keys.put("aws:RequestTag/" + tag.key(), List.of(tag.value())));
    if (!tags.isEmpty()) {
      keys.put("aws:TagKeys", tags.stream().map(Tag::key).toList());
    }
    return keys;
  }
}
