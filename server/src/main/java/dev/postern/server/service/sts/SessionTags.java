package dev.postern.server.service.sts;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.SessionContext;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * The tags of a session: those that were asked for, and those that it inherits.
 *
 * @param given by the call
 * @param all given and inherited
 * @param givenTransitive keys that the call makes transitive
 * @param transitive keys of {@code all} that the next session inherits
 */
record SessionTags(
    Map<String, String> given,
    Map<String, String> all,
    List<String> givenTransitive,
    Set<String> transitive) {
  static final int TAGS_MAX = 50;

  private static final int KEY_CHARACTERS_MAX = 128;
  private static final int VALUE_CHARACTERS_MAX = 256;
  private static final Pattern KEY = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+");
  private static final Pattern VALUE = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
  private static final String RESERVED = "aws:";

  static Constraints check(Constraints constraints, List<Tag> tags, List<String> transitiveKeys) {
    constraints
        .member("tags", tags)
        .length(0, TAGS_MAX)
        .member("transitiveTagKeys", transitiveKeys)
        .length(0, TAGS_MAX);
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
    index = 0;
    for (String key : transitiveKeys) {
      index++;
      constraints
          .member("transitiveTagKeys." + index + ".member", key)
          .length(1, KEY_CHARACTERS_MAX)
          .pattern(KEY);
    }
    return constraints;
  }

  /** Refuses keys that differ only in case, AWS's own, and transitive ones of no tag. */
  static void requireConsistent(List<Tag> tags, List<String> transitiveKeys) {
    Set<String> keys = new HashSet<>();
    for (Tag tag : tags) {
      String key = folded(tag.key());
      if (!keys.add(key)) {
        throw refused("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      if (key.startsWith(RESERVED)) {
        throw refused("Tag keys that begin with aws: are reserved for AWS use.");
      }
    }
    Set<String> transitive = new HashSet<>();
    for (String key : transitiveKeys) {
      if (!keys.contains(folded(key))) {
        throw refused("The specified transitive tag key must be included in the requested tags.");
      }
      if (!transitive.add(folded(key))) {
        throw refused("Duplicate transitive tag keys found.");
      }
    }
  }

  /** The tags of the session that a caller asks for; refuses to replace what it has to inherit. */
  static SessionTags of(Caller caller, List<Tag> tags, List<String> transitiveKeys) {
    SessionContext before =
        caller.temporary().map(Caller.Temporary::context).orElse(SessionContext.NONE);
    Map<String, String> all = new LinkedHashMap<>();
    Set<String> transitive = new LinkedHashSet<>();
    Set<String> inherited = new HashSet<>();
    before
        .tags()
        .forEach((key, value) -> {
          if (before.transitiveTags().contains(key)) {
            all.put(key, value);
            transitive.add(key);
            inherited.add(folded(key));
          }
        });
    Set<String> wanted = new HashSet<>();
    transitiveKeys.forEach(key -> wanted.add(folded(key)));
    Map<String, String> given = new LinkedHashMap<>();
    for (Tag tag : tags) {
      if (inherited.contains(folded(tag.key()))) {
        throw refused(
            "One of the specified transitive tag keys can't be set because it conflicts with a"
                + " transitive tag key from the calling session.");
      }
      given.put(tag.key(), tag.value());
      if (wanted.contains(folded(tag.key()))) {
        transitive.add(tag.key());
      }
    }
    all.putAll(given);
    if (all.size() > TAGS_MAX) {
      throw refused("A session has at most " + TAGS_MAX + " tags.");
    }
    return new SessionTags(given, all, List.copyOf(transitiveKeys), transitive);
  }

  /** Condition keys of the call (spec/aws-api.md 4.5, 4.6). */
  void putKeys(Map<String, List<String>> keys) {
    given.forEach((key, value) -> keys.put("aws:RequestTag/" + key, List.of(value)));
    if (!given.isEmpty()) {
      keys.put("aws:TagKeys", List.copyOf(given.keySet()));
    }
    if (!givenTransitive.isEmpty()) {
      keys.put("sts:TransitiveTagKeys", givenTransitive);
    }
  }

  private static String folded(String key) {
    return key.toLowerCase(Locale.ROOT);
  }

  private static Fault refused(String message) {
    return new Fault("InvalidParameterValue", 400, message);
  }
}
