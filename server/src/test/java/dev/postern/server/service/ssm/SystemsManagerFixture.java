package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Decision;
import dev.postern.server.access.Gate;
import dev.postern.server.access.Permit;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.bus.Bus.Registration;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.bus.IsConnected;
import dev.postern.server.bus.StartOnNode;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Operation;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs operations as the edge does, on a real store and bus; nodes are connected by hand. */
final class SystemsManagerFixture implements AutoCloseable {
  final TestStore clock;
  final Store store;
  final InProcessBus bus = new InProcessBus();
  final SessionParts parts;
  final List<StartOnNode> started = new ArrayList<>();
  private final Gate gate;

  SystemsManagerFixture(Path directory) throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    gate =
        new Gate(new PolicySets(store, new PrincipalNames("123456789012", "us-east-1"), Set.of()));
    parts =
        SessionParts.of(
            new Account("123456789012", "us-east-1"),
            store,
            bus,
            new SystemsManager.Settings(
                URI.create("https://localhost:8443"), DocumentCheck.LENIENT),
            new NextToken(new byte[32]),
            new SecureRandom());
  }

  static Caller administrator() {
    return new Caller.User("arn:aws:iam::123456789012:user/admin", "AIDAX", "admin", "AKIAX");
  }

  static Caller node(String instanceId) {
    return new Caller.RoleSession(
        "arn:aws:sts::123456789012:assumed-role/SSMServiceRole/" + instanceId,
        "AROAX:" + instanceId,
        "arn:aws:iam::123456789012:role/SSMServiceRole",
        "SSMServiceRole",
        instanceId,
        "ASIAX",
        Optional.of(instanceId));
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

  /** What the holder of the node's control channel would answer. */
  Registration connect(String instanceId) {
    String subject = "node." + instanceId;
    bus.respond(IsConnected.class, subject, (IsConnected _) -> true);
    return bus.respond(
        StartOnNode.class,
        subject,
        (StartOnNode start) -> {
          started.add(start);
          return true;
        });
  }

  @Override
  public void close() {
    bus.close();
    store.close();
  }
}
