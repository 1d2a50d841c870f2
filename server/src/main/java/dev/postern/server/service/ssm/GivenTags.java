package dev.postern.server.service.ssm;

import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.Tag;

/** Tags as calls give and get them. */
final class GivenTags {
  static final int KEY_LENGTH_MAX = 128;
  static final Pattern TEXT = Pattern.compile("^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$");
  static final String RESERVED = "Member must not begin with the reserved prefix aws:";

  private static final int VALUE_LENGTH_MAX = 256;
  private static final int GIVEN_MAX = 1000;

  private GivenTags() {}

  /** Checks the member {@code tags}. */
  static Constraints check(Constraints constraints, @Nullable List<Tag> given) {
    List<Tag> tags = given == null ? List.of() : given;
    constraints
        .member("tags", given)
        .length(0, GIVEN_MAX)
        .check(
            tags.stream().map(Tag::key).distinct().count() == tags.size(),
            "Member must not have two elements of one key");
    int index = 0;
    for (Tag tag : tags) {
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
    return constraints;
  }

  static Map<String, String> map(List<Tag> tags) {
    Map<String, String> map = new LinkedHashMap<>();
    tags.forEach(tag -> map.put(tag.key(), tag.value()));
    return map;
  }

  static List<Tag> list(Map<String, String> tags) {
    return tags.entrySet().stream()
        .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
        .toList();
  }

  /** As audit events show them. */
  static List<Map<String, String>> shown(List<Tag> tags) {
    return tags.stream().map(tag -> Map.of("key", tag.key(), "value", tag.value())).toList();
  }
}
