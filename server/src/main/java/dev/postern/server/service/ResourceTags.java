package dev.postern.server.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tags as the condition keys by which policies see them (spec/aws-api.md 4.6). Policies compare
 * names of condition keys without regard to case: tags whose keys differ in case alone make one
 * condition key with the values of all of them.
 */
public final class ResourceTags {
  /** How many tags a resource may have; AWS's limit. */
  public static final int TAGS_MAX = 50;

  /** What AWS's own tags begin with; nobody else may set or remove such. */
  public static final String RESERVED_PREFIX = "aws:";

  private ResourceTags() {}

  /** Whether a tag's key is one that only AWS sets. */
  public static boolean isReserved(String key) {
    return key.regionMatches(true, 0, RESERVED_PREFIX, 0, RESERVED_PREFIX.length());
  }

  /** {@code ssm:resourceTag/k} and {@code aws:ResourceTag/k} for the tags that a resource has. */
  public static Map<String, List<String>> conditionKeys(Map<String, String> tags) {
    return present("ssm:resourceTag/", tags);
  }

  /** {@code ec2:ResourceTag/k} and {@code aws:ResourceTag/k} for the tags that a resource has. */
  public static Map<String, List<String>> ec2ConditionKeys(Map<String, String> tags) {
    return present("ec2:ResourceTag/", tags);
  }

  /** {@code iam:ResourceTag/k} and {@code aws:ResourceTag/k} for the tags that a resource has. */
  public static Map<String, List<String>> iamConditionKeys(Map<String, String> tags) {
    return present("iam:ResourceTag/", tags);
  }

  /** {@code aws:RequestTag/k} and {@code aws:TagKeys} for the tags that a call gives. */
  public static Map<String, List<String>> requested(Map<String, String> tags) {
    Map<String, List<String>> keys = new HashMap<>(requestedKeys(tags.keySet()));
    put("aws:RequestTag/", tags, keys);
    return keys;
  }

  /** {@code aws:TagKeys} for the keys that a call names; nothing where it names none. */
  public static Map<String, List<String>> requestedKeys(Collection<String> tagKeys) {
    return tagKeys.isEmpty() ? Map.of() : Map.of("aws:TagKeys", List.copyOf(tagKeys));
  }

  /** The keys of both; they have none in common. */
  public static Map<String, List<String>> both(
      Map<String, List<String>> one, Map<String, List<String>> other) {
    Map<String, List<String>> both = new HashMap<>(one);
    both.putAll(other);
    return both;
  }

  private static Map<String, List<String>> present(String prefix, Map<String, String> tags) {
    Map<String, List<String>> keys = new HashMap<>();
    put(prefix, tags, keys);
    put("aws:ResourceTag/", tags, keys);
    return keys;
  }

  private static void put(
      String prefix, Map<String, String> tags, Map<String, List<String>> conditionKeys) {
    Map<String, String> spelling = new HashMap<>();
    Map<String, List<String>> values = new LinkedHashMap<>();
    tags.forEach((key, value) -> {
      String first = spelling.computeIfAbsent(key.toLowerCase(Locale.ROOT), folded -> key);
      values.computeIfAbsent(first, name -> new ArrayList<>()).add(value);
    });
    values.forEach((key, all) -> conditionKeys.put(prefix + key, List.copyOf(all)));
  }
}
