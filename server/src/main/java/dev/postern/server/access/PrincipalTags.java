package dev.postern.server.access;

import dev.postern.server.store.IamEntity;
import dev.postern.server.store.Store;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code aws:PrincipalTag} is for a caller: the tags of its user or role, and over them those
 * of its session. Keys compare without regard to case. Safe for use by many threads.
 */
public final class PrincipalTags {
  private final Store store;

  public PrincipalTags(Store store) {
    this.store = store;
  }

  /** The value of a tag as it is now; empty where the caller has no such tag. */
  public Optional<String> value(Caller caller, String key) {
    Map<String, String> own =
        switch (caller) {
          case Caller.User user -> store.grants().tags(IamEntity.USER, user.name());
          case Caller.RoleSession session ->
              store.grants().tags(IamEntity.ROLE, session.roleName());
          case Caller.NodeKey _, Caller.Anonymous _ -> Map.of();
        };
    return Optional.ofNullable(of(caller, own).get(key));
  }

  /**
   * All of them.
   *
   * @param own those of the user or role
   */
  static Map<String, String> of(Caller caller, Map<String, String> own) {
    Map<String, String> tags = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    tags.putAll(own);
    caller.temporary().ifPresent(temporary -> replace(tags, temporary.context().tags()));
    return tags;
  }

  /** The later spelling of a key stays, too. */
  private static void replace(Map<String, String> tags, Map<String, String> later) {
    later.forEach((key, value) -> {
      tags.remove(key);
      tags.put(key, value);
    });
  }
}
