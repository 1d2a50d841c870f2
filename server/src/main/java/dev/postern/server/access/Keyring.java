package dev.postern.server.access;

import dev.postern.aws.sigv4.AccessKeys;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.AccessKeyRecord.Principal;
import dev.postern.server.store.Grants;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Store;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds who calls by the key that a request names. Safe for use by many threads; asks the store for
 * the key every time, so one that was just deleted is gone at once.
 */
public final class Keyring implements AccessKeys<CallerKey> {
  private final Store store;
  private final PrincipalNames names;

  public Keyring(Store store, PrincipalNames names) {
    this.store = store;
    this.names = names;
  }

  /** Null when the key is unknown, inactive or its principal is gone. */
  @Override
  public @Nullable CallerKey find(String accessKeyId) {
    Optional<AccessKeyRecord> key = store.accessKeys().find(accessKeyId);
    if (key.isEmpty() || !key.get().active()) {
      return null;
    }
    return caller(key.get()).map(caller -> new CallerKey(key.get(), caller)).orElse(null);
  }

  private Optional<Caller> caller(AccessKeyRecord key) {
    return switch (key.principal()) {
      case Principal.User(String name) ->
          store.grants().ofUser(name).map(user -> caller(user, key));
      case Principal.RoleSession session ->
          store.grants().ofRole(session.roleName()).map(role -> caller(role, session, key));
    };
  }

  private Caller caller(Grants.Granted user, AccessKeyRecord key) {
    return new Caller.User(
        names.user(user.path(), user.name()),
        user.id(),
        user.name(),
        key.accessKeyId(),
        temporary(key));
  }

  private static Optional<Caller.Temporary> temporary(AccessKeyRecord key) {
    return key.expiration().map(_ -> new Caller.Temporary(key.createdDate(), key.context()));
  }

  private Caller caller(Grants.Granted role, Principal.RoleSession session, AccessKeyRecord key) {
    return new Caller.RoleSession(
        names.roleSession(role.name(), session.sessionName()),
        role.id() + ":" + session.sessionName(),
        names.role(role.path(), role.name()),
        role.name(),
        session.sessionName(),
        key.accessKeyId(),
        session.instanceId(),
        temporary(key));
  }

  /** The registered node of this id. */
  public Optional<NodeIdentity> node(String instanceId) {
    return store.nodes().find(instanceId).map(this::identity);
  }

  private NodeIdentity identity(NodeRecord node) {
    String id = node.instanceId();
    return new NodeIdentity(
        new Caller.NodeKey(names.node(id), id), NodeSignature.parsePublicKey(node.publicKey()));
  }
}
