package dev.postern.server.store;

import dev.postern.server.store.NodeRecord.Ping;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** The managed nodes. Safe for use by many threads. */
public final class Nodes {
  private static final int PAGE = 1000;
  private static final TagColumn TAGS = new TagColumn("node", "instance_id");

  private final Database database;
  private final InstantSource clock;

  Nodes(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** What happens when a node of the same id exists. */
  public enum Existing {
    /** The registration is refused. */
    KEEP,
    /** The node's key, fingerprint and role are replaced, and its credentials end. */
    REPLACE
  }

  /**
   * Stores a node and counts one registration of its activation, both or neither. The caller has
   * checked the activation's code.
   */
  public Registration register(NodeRecord node, Existing existing) {
    return database.write(handle -> register(handle, node, existing));
  }

  private Registration register(Handle handle, NodeRecord node, Existing existing) {
    Optional<ActivationRecord> activation = Activations.find(handle, node.activationId());
    if (activation.isEmpty()) {
      return Registration.ACTIVATION_UNKNOWN;
    }
    if (!clock.instant().isBefore(activation.get().expirationDate())) {
      return Registration.ACTIVATION_EXPIRED;
    }
    if (activation.get().registrationsCount() >= activation.get().registrationLimit()) {
      return Registration.ACTIVATION_USED_UP;
    }
    if (find(handle, node.instanceId()).isPresent()) {
      if (existing == Existing.KEEP) {
        return Registration.INSTANCE_EXISTS;
      }
      remove(handle, node.instanceId());
    }
    handle
        .createUpdate(
            """
            update activation set registrations_count = registrations_count + 1
            where activation_id = :id
            """)
        .bind("id", node.activationId())
        .execute();
    insert(handle, node);
    return Registration.REGISTERED;
  }

  private static void insert(Handle handle, NodeRecord node) {
    handle
        .createUpdate(
            """
            insert into node (instance_id, activation_id, public_key, fingerprint, name, iam_role,
              registered_at, tags)
            values (:id, :activation, :publicKey, :fingerprint, :name, :iamRole, :registered, :tags)
            """)
        .bind("id", node.instanceId())
        .bind("activation", node.activationId())
        .bind("publicKey", node.publicKey())
        .bind("fingerprint", node.fingerprint())
        .bind("name", node.name().orElse(null))
        .bind("iamRole", node.iamRole())
        .bind("registered", node.registrationDate().toEpochMilli())
        .bind("tags", Columns.fromTags(node.tags()))
        .execute();
    node.lastPing().ifPresent(ping -> ping(handle, node.instanceId(), ping));
  }

  /** The node of this id. */
  public Optional<NodeRecord> find(String instanceId) {
    return database.read(handle -> find(handle, instanceId));
  }

  private static Optional<NodeRecord> find(Handle handle, String instanceId) {
    return handle
        .createQuery("select * from node where instance_id = :id")
        .bind("id", instanceId)
        .map((row, context) -> record(row))
        .findOne();
  }

  /**
   * A page of nodes in the order of their ids.
   *
   * @param after the id that the page follows; it need not exist any more
   */
  public List<NodeRecord> list(Optional<String> after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                "select * from node where instance_id > :after order by instance_id"
                    + " limit :limit")
            // Every id is greater than the empty text.
            .bind("after", after.orElse(""))
            .bind("limit", limit)
            .map((row, context) -> record(row))
            .list());
  }

  /**
   * Every node, in the order of their ids. Read in pages: a node that comes or goes meanwhile may
   * or may not be among them.
   */
  public List<NodeRecord> all() {
    List<NodeRecord> all = new ArrayList<>();
    List<NodeRecord> page = list(Optional.empty(), PAGE);
    while (!page.isEmpty()) {
      all.addAll(page);
      page = list(Optional.of(page.getLast().instanceId()), PAGE);
    }
    return all;
  }

  /** Keeps what the agent told. False when the node does not exist. */
  public boolean ping(String instanceId, Ping ping) {
    return database.write(handle -> ping(handle, instanceId, ping));
  }

  private static boolean ping(Handle handle, String instanceId, Ping ping) {
    return handle
            .createUpdate(
                """
                update node set ping_at = :at, agent_name = :agentName,
                  agent_version = :agentVersion, agent_status = :agentStatus,
                  computer_name = :computerName, ip_address = :ipAddress,
                  platform_name = :platformName, platform_type = :platformType,
                  platform_version = :platformVersion, connection_channel = :channel
                where instance_id = :id
                """)
            .bind("id", instanceId)
            .bind("at", ping.at().toEpochMilli())
            .bind("agentName", ping.agentName())
            .bind("agentVersion", ping.agentVersion())
            .bind("agentStatus", ping.agentStatus())
            .bind("computerName", ping.computerName())
            .bind("ipAddress", ping.ipAddress())
            .bind("platformName", ping.platformName())
            .bind("platformType", ping.platformType())
            .bind("platformVersion", ping.platformVersion())
            .bind("channel", ping.connectionChannel())
            .execute()
        > 0;
  }

  /**
   * Puts a new public key in the place of the old one.
   *
   * @return false when the node does not exist or has another key by now
   */
  public boolean replaceKey(String instanceId, String oldPublicKey, String newPublicKey) {
    return database.write(handle ->
        handle
                .createUpdate(
                    """
                    update node set public_key = :new
                    where instance_id = :id and public_key = :old
                    """)
                .bind("id", instanceId)
                .bind("old", oldPublicKey)
                .bind("new", newPublicKey)
                .execute()
            > 0);
  }

  /** The tags of a node; none where there is no such node. */
  public Map<String, String> tags(String instanceId) {
    return database.read(handle -> TAGS.of(handle, instanceId)).orElse(Map.of());
  }

  /**
   * Changes the tags of some nodes, of all or of none. Decisions read tags anew each time.
   *
   * @param tagsMax how many a node may have afterwards
   * @param change from the tags that a node has to those that it shall have; called within the
   *     transaction, once for each node
   */
  public TagChange changeTags(
      Collection<String> instanceIds, int tagsMax, UnaryOperator<Map<String, String>> change) {
    return database.write(handle -> TAGS.change(handle, instanceIds, tagsMax, change));
  }

  /**
   * Gives a node another role. Credentials that it was given under the old one last until they
   * expire.
   *
   * @return whether there is such a node
   */
  public boolean changeRole(String instanceId, String iamRole) {
    return database.write(handle ->
        handle
                .createUpdate("update node set iam_role = :role where instance_id = :id")
                .bind("role", iamRole)
                .bind("id", instanceId)
                .execute()
            > 0);
  }

  /**
   * Removes the node, its temporary access keys and its control channel tokens. Records of its
   * sessions stay.
   *
   * @return whether there was such a node
   */
  public boolean remove(String instanceId) {
    return database.write(handle -> remove(handle, instanceId));
  }

  private static boolean remove(Handle handle, String instanceId) {
    handle
        .createUpdate("delete from access_key where instance_id = :id")
        .bind("id", instanceId)
        .execute();
    Tokens.discard(handle, Tokens.Kind.CONTROL_CHANNEL, instanceId);
    return handle
            .createUpdate("delete from node where instance_id = :id")
            .bind("id", instanceId)
            .execute()
        > 0;
  }

  private static NodeRecord record(ResultSet row) throws SQLException {
    return new NodeRecord(
        row.getString("instance_id"),
        row.getString("activation_id"),
        row.getString("public_key"),
        row.getString("fingerprint"),
        Columns.optionalText(row, "name"),
        row.getString("iam_role"),
        Columns.time(row, "registered_at"),
        Columns.tags(row, "tags"),
        lastPing(row));
  }

  private static Optional<Ping> lastPing(ResultSet row) throws SQLException {
    if (Columns.optionalTime(row, "ping_at").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Ping(
            Columns.time(row, "ping_at"),
            row.getString("agent_name"),
            row.getString("agent_version"),
            row.getString("agent_status"),
            row.getString("computer_name"),
            row.getString("ip_address"),
            row.getString("platform_name"),
            row.getString("platform_type"),
            row.getString("platform_version"),
            row.getString("connection_channel")));
  }
}
