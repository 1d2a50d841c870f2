package dev.postern.server.service.ec2;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Decision;
import dev.postern.server.access.Gate;
import dev.postern.server.access.Permit;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Operation;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs operations as the edge does, on a real store and bus. */
final class Ec2Fixture implements AutoCloseable {
  private static final int REGISTRATIONS_MAX = 1000;

  final TestStore clock;
  final Store store;
  final InProcessBus bus = new InProcessBus();
  final Ec2Parts parts;
  private final Gate gate;

  Ec2Fixture(Path directory) throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    gate =
        new Gate(new PolicySets(store, new PrincipalNames("123456789012", "us-east-1"), Set.of()));
    parts =
        new Ec2Parts(
            new Account("123456789012", "us-east-1"),
            new Instances(store.nodes(), bus),
            new NextToken(new byte[32]));
    store
        .activations()
        .insert(
            new ActivationRecord(
                "a",
                new byte[32],
                Optional.empty(),
                Optional.empty(),
                Store.NODE_ROLE,
                REGISTRATIONS_MAX,
                0,
                clock.now().plus(Duration.ofHours(1)),
                clock.now(),
                Map.of(),
                Optional.empty()));
  }

  static Caller administrator() {
    return new Caller.User("arn:aws:iam::123456789012:user/admin", "AIDAX", "admin", "AKIAX");
  }

  /** May what a node may, which is nothing here. */
  static Caller node() {
    return new Caller.RoleSession(
        "arn:aws:sts::123456789012:assumed-role/SSMServiceRole/i-1",
        "AROAX:i-1",
        "arn:aws:iam::123456789012:role/SSMServiceRole",
        "SSMServiceRole",
        "i-1",
        "ASIAX",
        Optional.of("i-1"));
  }

  void register(String id, Map<String, String> tags) {
    store
        .nodes()
        .register(
            new NodeRecord(
                id,
                "a",
                "key",
                "f",
                Optional.empty(),
                Store.NODE_ROLE,
                clock.now(),
                tags,
                Optional.empty()),
            Nodes.Existing.KEEP);
  }

  void ping(String id, String address) {
    store
        .nodes()
        .ping(
            id,
            new Ping(clock.now(), "a", "1.0.0.0", "Active", "web-1", address, "", "Linux", "", ""));
  }

  <I, O> O run(Operation<I, O> operation, I input) {
    return run(administrator(), operation, input);
  }

  <I, O> O run(Caller caller, Operation<I, O> operation, I input) {
    operation.validate(input);
    Decision decision = gate.decide(caller, operation.question(input, caller), Map.of());
    if (!(decision instanceof Decision.Allowed(Permit permit))) {
      throw new Fault("AccessDeniedException", 400, "denied");
    }
    return operation.run(new Call(permit, "request-1", clock.now(), "127.0.0.1"), input);
  }

  @Override
  public void close() {
    bus.close();
    store.close();
  }
}
