package dev.postern.bench;

import dev.postern.agent.control.ControlChannel;
import dev.postern.aws.Fault;
import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.Ssm;
import dev.postern.client.session.SessionTicket;
import dev.postern.transport.HttpLimits;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What nodes that only wait cost the server, and how long they take to come back to one that was
 * started again.
 */
@Command(
    name = "nodes",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the memory of a server with many idle nodes, and their return after its restart.",
      "It starts a server on this machine and removes it afterwards; the nodes are in this process."
    })
public final class ManyNodes implements Callable<Integer> {
  /** Held here, or the level that it is given would go with it. */
  private static final Logger CONTROL_CHANNEL_LOG =
      Logger.getLogger(ControlChannel.class.getName());

  private static final int NODES_PER_ACTIVATION = 1000;
  private static final int DIALS_AT_ONCE = 32;
  private static final int WISHED_NODES = 20_000;
  private static final Duration CONNECT_PATIENCE = Duration.ofMinutes(10);
  private static final int CALLERS = 16;
  private static final Duration START_SESSION_FOR = Duration.ofSeconds(10);

  /** What counts runs in code that is compiled by then. */
  private static final int ROUNDS_BEFOREHAND = 3;

  private static final Duration REST_PATIENCE = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** More than the usual, in seconds of CPU. */
  private static final double WORK_AT_REST = 0.5;

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final double KIBIBYTES_PER_MEBIBYTE = 1024;
  private static final double NANOS_PER_SECOND = 1e9;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      split = ",",
      description = "How many, in rising order. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1000,10000")
  private List<Integer> counts = List.of();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private final List<IdleNode> nodes = new ArrayList<>();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ManyNodes()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (counts.isEmpty()
        || counts.getFirst() < 1
        || !counts.equals(counts.stream().sorted().toList())) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--nodes are numbers of at least 1, in rising order");
    }
    // Thousands of nodes say that they lost their server, which is what they are here for.
    CONTROL_CHANNEL_LOG.setLevel(Level.OFF);
    try (Installation installation =
        new Installation(Installation.home(spec.commandLine(), "start this by bench/run"))) {
      ApiAccess access = installation.startServer();
      var place =
          new IdleNode.Place(
              URI.create(installation.serverUrl()),
              String.valueOf(access.region()),
              access.trust(),
              keys());
      try {
        measureMemory(installation, access, place);
        measureStartSession(installation, access);
        measureReturn(installation, access.ssm());
      } finally {
        nodes.forEach(IdleNode::close);
      }
    }
    return 0;
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("every JDK has RSA", absent);
    }
  }

  private void measureMemory(Installation installation, ApiAccess access, IdleNode.Place place)
      throws IOException, InterruptedException {
    // One node first: what the server loads and makes once is no part of what each of them costs.
    connect(access.ssm(), place, 1);
    var server = new ProcessFigures(installation.serverProcess());
    server.collectGarbage();
    long alone = server.residentKibibytes();
    System.out.printf(
        Locale.ROOT,
        "%-44s %9.1f MiB%n",
        "server resident, 1 node",
        alone / KIBIBYTES_PER_MEBIBYTE);
    double each = 0;
    for (int count : counts) {
      long begun = System.nanoTime();
      connect(access.ssm(), place, count);
      double took = (System.nanoTime() - begun) / NANOS_PER_SECOND;
      server.collectGarbage();
      long resident = server.residentKibibytes();
      each = (double) (resident - alone) / (count - 1);
      System.out.printf(
          Locale.ROOT,
          "%-44s %9.1f MiB, %.1f KiB each (registered and connected in %.1f s)%n",
          "server resident, " + count + " nodes",
          resident / KIBIBYTES_PER_MEBIBYTE,
          each,
          took);
    }
    System.out.printf(
        Locale.ROOT,
        "%-44s %9.1f MiB%n",
        "  so " + WISHED_NODES + " nodes would need",
        (alone + each * WISHED_NODES) / KIBIBYTES_PER_MEBIBYTE);
  }

  /** Registers and connects as many nodes as are missing. */
  private void connect(Ssm ssm, IdleNode.Place place, int count)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + CONNECT_PATIENCE.toNanos();
    try (HttpsClient https =
        new HttpsClient(place.trust(), ProxySettings.DIRECT, HttpLimits.DEFAULT)) {
      while (nodes.size() < count) {
        int some = Math.min(NODES_PER_ACTIVATION, count - nodes.size());
        Ssm.Activation activation = ssm.createActivation("SSMServiceRole", "bench", some);
        for (int i = 0; i < some; i++) {
          IdleNode node = IdleNode.register(place, https, activation);
          nodes.add(node);
          node.start();
          if (nodes.size() > DIALS_AT_ONCE) {
            long _ = nodes.get(nodes.size() - DIALS_AT_ONCE).awaitConnected(deadline);
          }
        }
      }
    }
    for (IdleNode node : nodes) {
      long _ = node.awaitConnected(deadline);
    }
  }

  /** Signature, policies, durable record and audit, and the message to a node. */
  private void measureStartSession(Installation installation, ApiAccess access)
      throws IOException, InterruptedException {
    var server = new ProcessFigures(installation.serverProcess());
    double usual = workInALook(server);
    for (int i = 0; i < ROUNDS_BEFOREHAND; i++) {
      long _ = startSessions(access);
    }
    awaitRest(server, usual);
    double cpuBefore = server.cpuSeconds();
    long made = startSessions(access);
    double cpu = server.cpuSeconds() - cpuBefore;
    System.out.printf(
        Locale.ROOT,
        "%-44s %9.1f a second by %d callers; %.3f ms of the server's CPU for each, so %.0f a second"
            + " on one core%n",
        "StartSession",
        (double) made / START_SESSION_FOR.toSeconds(),
        CALLERS,
        cpu * 1000 / made,
        made / cpu);
  }

  /**
   * No node answers the starts here, so the server gives these sessions up after half a minute.
   *
   * @param usual what the server works in {@link #LOOK} for nodes that do nothing
   */
  private static void awaitRest(ProcessFigures server, double usual)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + REST_PATIENCE.toNanos();
    while (workInALook(server) > usual + WORK_AT_REST) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the server does not come to rest");
      }
    }
  }

  private static double workInALook(ProcessFigures server)
      throws IOException, InterruptedException {
    double before = server.cpuSeconds();
    Thread.sleep(LOOK);
    return server.cpuSeconds() - before;
  }

  private long startSessions(ApiAccess access) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_SESSION_FOR.toNanos();
    List<Future<Long>> callers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int i = 0; i < CALLERS; i++) {
        int first = i;
        Ssm ssm = access.ssm();
        callers.add(
            threads.submit(() -> {
              long made = 0;
              for (int node = first; System.nanoTime() < deadline; node += CALLERS) {
                SessionTicket _ =
                    ssm.startSession(nodes.get(node % nodes.size()).id(), null, null, Map.of());
                made++;
              }
              return made;
            }));
      }
      long made = 0;
      for (Future<Long> caller : callers) {
        made += caller.get();
      }
      return made;
    } catch (ExecutionException failed) {
      throw new IOException("StartSession failed", failed.getCause());
    }
  }

  private void measureReturn(Installation installation, Ssm ssm)
      throws IOException, InterruptedException {
    nodes.forEach(IdleNode::expectLoss);
    installation.restartServer();
    long back = System.nanoTime();
    Starts starts = new Starts();
    Thread asking = Thread.ofPlatform().name("starts").start(() -> starts.run(ssm));
    long last = back;
    try {
      for (IdleNode node : nodes) {
        last = Math.max(last, node.awaitConnected(back + CONNECT_PATIENCE.toNanos()));
      }
    } finally {
      asking.interrupt();
      asking.join();
    }
    for (IdleNode node : nodes) {
      if (!ssm.isConnected(node.id())) {
        throw new IOException("the server does not have node " + node.id());
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-44s %9.1f s after it serves again; %d of %d StartSession for a connected one failed%n",
        nodes.size() + " nodes back after a restart, the last",
        (last - back) / NANOS_PER_SECOND,
        starts.failed,
        starts.made);
  }

  /** Sessions with nodes that are back, while the others return. */
  private final class Starts {
    int made;
    int failed;

    void run(Ssm ssm) {
      try {
        while (!Thread.interrupted()) {
          for (int i = 0; i < nodes.size(); i += Math.max(nodes.size() / 10, 1)) {
            start(ssm, nodes.get(i).id());
          }
          Thread.sleep(PAUSE);
        }
      } catch (InterruptedException allBack) {
        // that is all that was to be asked
      }
    }

    private void start(Ssm ssm, String node) {
      try {
        if (!ssm.isConnected(node)) {
          return;
        }
        made++;
        ssm.terminate(ssm.startSession(node, null, null, Map.of()).sessionId());
      } catch (IOException | Fault failure) {
        failed++;
        System.err.println("StartSession for " + node + ": " + failure.getMessage());
      }
    }
  }
}
