package dev.postern.server.store;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Tags of IAM's entities. Keys of one entity differ by more than case; the spelling given last
 * stays. Static methods run inside a transaction of the caller's.
 */
final class IamTags {
  private IamTags() {}

  /** By key. */
  static Map<String, String> of(Handle handle, IamEntity kind, String key) {
    Map<String, String> tags = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select tag_key, tag_value from iam_tag
            where entity_kind = :kind and entity_key = :key order by tag_key_folded
            """)
        .bind("kind", kind.text())
        .bind("key", key)
        .map((row, context) -> Map.entry(row.getString("tag_key"), row.getString("tag_value")))
        .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
    return tags;
  }

  /** How many tags there are once these are put. */
  static int countWith(Handle handle, IamEntity kind, String key, Map<String, String> tags) {
    Set<String> keys = new HashSet<>();
    of(handle, kind, key).keySet().forEach(tagKey -> keys.add(tagKey.toLowerCase(Locale.ROOT)));
    tags.keySet().forEach(tagKey -> keys.add(tagKey.toLowerCase(Locale.ROOT)));
    return keys.size();
  }

  static void put(Handle handle, IamEntity kind, String key, Map<String, String> tags) {
    tags.forEach((tagKey, value) ->
        handle
            .createUpdate(
                """
                insert into iam_tag (entity_kind, entity_key, tag_key_folded, tag_key, tag_value)
                values (:kind, :key, :folded, :tagKey, :value)
                on conflict (entity_kind, entity_key, tag_key_folded)
                  do update set tag_key = :tagKey, tag_value = :value
                """)
            .bind("kind", kind.text())
            .bind("key", key)
            .bind("folded", tagKey.toLowerCase(Locale.ROOT))
            .bind("tagKey", tagKey)
            .bind("value", value)
            .execute());
  }

  /** Keys that are not there are no mistake. */
  static void remove(Handle handle, IamEntity kind, String key, Collection<String> tagKeys) {
    for (String tagKey : tagKeys) {
      handle
          .createUpdate(
              """
              delete from iam_tag
              where entity_kind = :kind and entity_key = :key and tag_key_folded = :folded
              """)
          .bind("kind", kind.text())
          .bind("key", key)
          .bind("folded", tagKey.toLowerCase(Locale.ROOT))
          .execute();
    }
  }

  static void removeAll(Handle handle, IamEntity kind, String key) {
    handle
        .createUpdate("delete from iam_tag where entity_kind = :kind and entity_key = :key")
        .bind("kind", kind.text())
        .bind("key", key)
        .execute();
  }
}
