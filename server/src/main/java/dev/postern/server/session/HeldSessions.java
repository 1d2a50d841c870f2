package dev.postern.server.session;

import dev.postern.wire.SessionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that this server holds, by id and by node: a node that comes back must find its own
 * without a look at everybody's. Any thread.
 */
final class HeldSessions {
  private final ConcurrentMap<SessionId, Session> byId = new ConcurrentHashMap<>();

  /**
   * Sets without elements are removed. Changed, with the map above, under the lock of their key.
   */
  private final ConcurrentMap<String, Set<Session>> byNode = new ConcurrentHashMap<>();

  @Nullable Session get(SessionId id) {
    return byId.get(id);
  }

  /** The session of the same id that is held already and stays; null when there was none. */
  @Nullable Session putIfAbsent(Session session) {
    @Nullable Session[] before = new Session[1];
    byNode.compute(
        session.instanceId(),
        (node, present) -> {
          before[0] = byId.putIfAbsent(session.id(), session);
          if (before[0] != null) {
            return present;
          }
          Set<Session> of = present == null ? new HashSet<>() : present;
          of.add(session);
          return of;
        });
    return before[0];
  }

  /** Does nothing when another session, or none, is held under its id. */
  void remove(Session session) {
    byNode.computeIfPresent(
        session.instanceId(),
        (node, present) -> {
          if (byId.remove(session.id(), session)) {
            present.remove(session);
          }
          return present.isEmpty() ? null : present;
        });
  }

  /** Those of one node, as they were at some moment of this call. */
  List<Session> of(String instanceId) {
    List<Session> found = new ArrayList<>();
    byNode.computeIfPresent(
        instanceId,
        (node, present) -> {
          found.addAll(present);
          return present;
        });
    return found;
  }

  /** All; those that come and go meanwhile may be among them. */
  Collection<Session> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  int size() {
    return byId.size();
  }
}
