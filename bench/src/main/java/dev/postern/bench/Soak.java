package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.Ssm;
import java.io.IOException;
import java.nio.file.Path;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shells and transfers without pause, to see whether server and agent keep anything of them. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description = {
      "Starts shells and moves bytes through a port, again and again, and watches heap, threads and",
      "descriptors of server and agent at moments when all shells have ended and nothing moves.",
      "Fails when they grow after the first fifth of the time.",
      "It starts a server and a node on this machine and removes them afterwards."
    })
public final class Soak implements Callable<Integer> {
  private static final int SHELLS_AT_ONCE = 2;
  private static final long BYTES = 20_000_000;
  private static final int LOOKS = 20;
  private static final int LOOKS_OF_WARMUP = LOOKS / 5;

  /** What comes and goes with caches that forget, such as that of TLS sessions. */
  private static final long HEAP_KIBIBYTES_SLACK = 4 << 10;

  /** So many shells and so many transfers; that nothing grows says nothing without them. */
  private static final int WORK_MIN = 20;

  private static final Duration REST_PATIENCE = Duration.ofMinutes(2);
  private static final long THREADS_SLACK = 10;
  private static final long DESCRIPTORS_SLACK = 10;
  private static final int KIBIBYTES_PER_MEBIBYTE = 1024;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "How long. Default: ${DEFAULT-VALUE}.",
      defaultValue = "60")
  private int minutes;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong shells = new AtomicLong();
  private final AtomicLong transfers = new AtomicLong();

  /** Work shares it; who looks has it alone. It is fair, so that work cannot keep a look out. */
  private final ReentrantReadWriteLock rest = new ReentrantReadWriteLock(true);

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Soak()).execute(arguments));
  }

  /** What a process holds at one moment. */
  private record Look(long heapKibibytes, long residentKibibytes, long threads, long descriptors) {
    static Look at(ProcessFigures process) throws IOException, InterruptedException {
      return new Look(
          process.liveHeapKibibytes(),
          process.residentKibibytes(),
          process.threads(),
          process.descriptors());
    }

    Look max(Look other) {
      return new Look(
          Math.max(heapKibibytes, other.heapKibibytes),
          Math.max(residentKibibytes, other.residentKibibytes),
          Math.max(threads, other.threads),
          Math.max(descriptors, other.descriptors));
    }

    /** The resident memory is not asked: a JVM gives back what it once had when it likes. */
    boolean isAbove(Look earlier) {
      return heapKibibytes > earlier.heapKibibytes + HEAP_KIBIBYTES_SLACK
          || threads > earlier.threads + THREADS_SLACK
          || descriptors > earlier.descriptors + DESCRIPTORS_SLACK;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%6.1f MiB heap %6d MiB resident %4d threads %4d descriptors",
          (double) heapKibibytes / KIBIBYTES_PER_MEBIBYTE,
          residentKibibytes / KIBIBYTES_PER_MEBIBYTE,
          threads,
          descriptors);
    }
  }

  /** Both processes at the same moment. */
  private record Pair(Look server, Look agent) {
    Pair max(Pair other) {
      return new Pair(server.max(other.server), agent.max(other.agent));
    }

    boolean isAbove(Pair earlier) {
      return server.isAbove(earlier.server) || agent.isAbove(earlier.agent);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (minutes < 1) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--minutes is at least 1");
    }
    Path home = Installation.home(spec.commandLine(), "start this by bench/run");
    try (Installation installation = new Installation(home);
        Traffic service = new Traffic();
        Tunnels tunnels = new Tunnels(installation.directory("soak"))) {
      ApiAccess access = installation.startServer();
      String node = installation.startNode(access);
      int port = tunnels.forward(installation, home, node, service.port());
      try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
        try {
          List<Future<?>> working = new ArrayList<>();
          working.add(threads.submit(() -> move(port)));
          for (int i = 0; i < SHELLS_AT_ONCE; i++) {
            working.add(threads.submit(() -> openShells(access, node)));
          }
          return watch(installation, working) ? 0 : 1;
        } finally {
          over.set(true);
        }
      }
    }
  }

  private Void move(int port) throws IOException, InterruptedException {
    while (!over.get()) {
      for (Traffic.Direction direction : Traffic.Direction.values()) {
        rest.readLock().lock();
        try {
          long _ = Traffic.run(port, direction, 4, BYTES);
        } finally {
          rest.readLock().unlock();
        }
        transfers.incrementAndGet();
      }
    }
    return null;
  }

  private Void openShells(ApiAccess access, String node) throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    while (!over.get()) {
      rest.readLock().lock();
      try (RemoteShell shell =
          RemoteShell.open(ssm.startSession(node, null, null, Map.of()), ssm, access)) {
        long _ = shell.screen().awaitAny();
        shell.type((byte) 'x');
        long _ = shell.screen().await((byte) 'x');
      } finally {
        rest.readLock().unlock();
      }
      shells.incrementAndGet();
    }
    return null;
  }

  /** Whether nothing grew. */
  private boolean watch(Installation installation, List<Future<?>> working)
      throws IOException, InterruptedException {
    var server = new ProcessFigures(installation.serverProcess());
    var agent = new ProcessFigures(installation.agentProcess());
    long begun = System.nanoTime();
    long interval = Duration.ofMinutes(minutes).toNanos() / LOOKS;
    Pair earlier = lookAtRest(server, agent);
    boolean flat = true;
    for (int i = 0; i < LOOKS; i++) {
      Thread.sleep(Duration.ofNanos(begun + (i + 1) * interval - System.nanoTime()));
      for (Future<?> one : working) {
        requireRunning(one);
      }
      Pair now = lookAtRest(server, agent);
      System.out.printf(
          "%6d shells %6d transfers%n  server %s%n  agent  %s%n",
          shells.get(), transfers.get(), now.server, now.agent);
      if (i < LOOKS_OF_WARMUP) {
        earlier = earlier.max(now);
      } else {
        flat &= !now.isAbove(earlier);
      }
    }
    if (shells.get() < WORK_MIN || transfers.get() < WORK_MIN) {
      throw new IOException("too little was done to tell");
    }
    System.out.println(flat ? "flat" : "NOT FLAT");
    return flat;
  }

  private Pair lookAtRest(ProcessFigures server, ProcessFigures agent)
      throws IOException, InterruptedException {
    if (!rest.writeLock().tryLock(REST_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException("a shell or a transfer does not end within " + REST_PATIENCE);
    }
    try {
      return new Pair(Look.at(server), Look.at(agent));
    } finally {
      rest.writeLock().unlock();
    }
  }

  private static void requireRunning(Future<?> work) throws IOException, InterruptedException {
    if (work.isDone()) {
      try {
        Object _ = work.get();
      } catch (ExecutionException failed) {
        throw new IOException("a session failed", failed.getCause());
      }
    }
  }
}
