package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.Ssm;
import dev.postern.client.session.SessionTicket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What people feel when many sessions share a server and a node. All clients are this process. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Measures starts at a steady rate, keys beside bulk data, and many shells at once.",
      "It starts a server and a node on this machine and removes them afterwards."
    })
public final class SessionLoad implements Callable<Integer> {
  private static final int OPENED_AT_ONCE = 8;
  private static final int KEYS = 1000;

  /** Until then the compilers of three Java programs take turns with the keys. */
  private static final int KEYS_BEFOREHAND = 12_000;

  private static final long BULK_BYTES = 500_000_000;
  private static final double KIBIBYTES_PER_MEBIBYTE = 1024;
  private static final double NANOS_PER_SECOND = 1e9;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Starts in a second. Default: ${DEFAULT-VALUE}.",
      defaultValue = "20")
  private int rate;

  @Option(
      names = "--starts",
      paramLabel = "N",
      description = "Starts at that rate. Default: ${DEFAULT-VALUE}.",
      defaultValue = "300")
  private int starts;

  @Option(
      names = "--shells",
      paramLabel = "N",
      description = "Shells that are open at once. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1000")
  private int shells;

  @Option(
      names = "--with-profile",
      description =
          "Let the shells read the profile in the account's home. They do not by default, which"
              + " needs root: what a profile does is no work of ours, and may take all of a"
              + " machine at that rate.")
  private boolean withProfile;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SessionLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (rate < 1 || starts < 1 || shells < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--rate, --starts and --shells are at least 1");
    }
    Path home = Installation.home(spec.commandLine(), "start this by bench/run");
    try (Installation installation = new Installation(home)) {
      ApiAccess access = installation.startServer();
      String node =
          withProfile
              ? installation.startNode(access)
              : installation.startNodeWithoutProfile(access);
      System.out.printf(
          "%d cores, %s %s; login shells that read %s of the account%n%n",
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.name"),
          System.getProperty("os.version"),
          withProfile ? "the profile" : "no profile");
      System.out.println(Durations.heading());
      measureStarts(installation, access, node);
      measureKeys(installation, home, access, node);
      measureShells(installation, access, node);
    }
    return 0;
  }

  /** One thing that takes time. */
  private interface Sample {
    long nanos() throws IOException, InterruptedException;
  }

  private void measureStarts(Installation installation, ApiAccess access, String node)
      throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    Sample remote =
        () -> {
          SessionTicket ticket = ssm.startSession(node, null, null, Map.of());
          long accepted = System.nanoTime();
          try (RemoteShell shell = RemoteShell.open(ticket, ssm, access)) {
            return shell.screen().awaitAny() - accepted;
          }
        };
    Sample local =
        () -> {
          long spawned = System.nanoTime();
          try (LocalShell shell = localLogin()) {
            return shell.screen().awaitAny() - spawned;
          }
        };
    // The Java programs on the way are compiled by then.
    Durations _ = atRate("warm-up", remote);
    String often = ", " + rate + " a second";
    System.out.println(atRate("StartSession answered -> prompt" + often, remote).row());
    System.out.println(atRate("  baseline: login shell -> first byte" + often, local).row());
    // Each start waits for several of these.
    try (FlushedFile file = new FlushedFile(installation.directory("flushed"))) {
      System.out.println(atRate("  baseline: 4 KiB to the disk" + often, file::append).row());
    }
  }

  /** A file on the disk of the server's store. */
  private static final class FlushedFile implements AutoCloseable {
    private static final int PAGE = 4096;
    private final FileChannel channel;

    FlushedFile(Path directory) throws IOException {
      channel =
          FileChannel.open(
              directory.resolve("file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    }

    long append() throws IOException {
      long begun = System.nanoTime();
      int _ = channel.write(ByteBuffer.allocate(PAGE));
      channel.force(false);
      return System.nanoTime() - begun;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** The shell that the node starts, at a PTY of this machine. */
  private LocalShell localLogin() throws IOException {
    return withProfile ? LocalShell.login() : LocalShell.loginWithoutProfile();
  }

  /** The next one starts when it is its turn, whether or not those before it are done. */
  private Durations atRate(String name, Sample sample) throws IOException, InterruptedException {
    Durations durations = new Durations(name, starts);
    long begun = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < starts; i++) {
        long due = begun + (long) (i * NANOS_PER_SECOND / rate);
        Thread.sleep(Duration.ofNanos(Math.max(due - System.nanoTime(), 0)));
        all.add(threads.submit(sample::nanos));
      }
      for (Future<Long> one : all) {
        durations.add(finished(one));
      }
    }
    return durations;
  }

  private static <T> T finished(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      throw new IOException("a session failed", failed.getCause());
    }
  }

  private void measureKeys(Installation installation, Path home, ApiAccess access, String node)
      throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    try (Traffic service = new Traffic();
        Tunnels tunnels = new Tunnels(installation.directory("load"));
        RemoteShell remote =
            RemoteShell.open(ssm.startSession(node, null, null, Map.of()), ssm, access);
        LocalShell local = localLogin()) {
      for (MeasuredShell shell : List.of(remote, local)) {
        long _ = shell.screen().awaitAny();
        shell.screen().settle();
      }
      System.out.println(echoes("key -> echo, the first " + KEYS, remote).row());
      for (int typed = KEYS; typed < KEYS_BEFOREHAND; typed += KEYS) {
        Durations _ = echoes("warm-up", remote);
      }
      System.out.println(echoes("key -> echo, nothing beside", remote).row());
      System.out.println(echoes("  baseline: the same shell at a local PTY", local).row());
      int port = tunnels.forward(installation, home, node, service.port());
      for (Traffic.Direction direction : Traffic.Direction.values()) {
        String name = "bulk " + direction;
        try (Bulk bulk = new Bulk(port, direction)) {
          System.out.println(echoes("key -> echo, beside " + name, remote).row());
          System.out.println(echoes("  baseline: local PTY, beside " + name, local).row());
          System.out.println("  " + bulk.endReport());
        }
      }
    }
  }

  private static Durations echoes(String name, MeasuredShell shell)
      throws IOException, InterruptedException {
    Durations echoes = new Durations(name, KEYS);
    for (int i = 0; i < KEYS; i++) {
      echoes.add(shell.echo(i));
    }
    return echoes;
  }

  /** A transfer that goes on until it is closed. */
  private static final class Bulk implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Double> speed;

    Bulk(int port, Traffic.Direction direction) throws IOException, InterruptedException {
      // One whole transfer first, so that its speed is not that of its start.
      long _ = Traffic.run(port, direction, 1, BULK_BYTES);
      speed =
          thread.submit(() -> {
            long bytes = 0;
            long nanos = 0;
            while (!over.get()) {
              nanos += Traffic.run(port, direction, 1, BULK_BYTES);
              bytes += BULK_BYTES;
            }
            return bytes * 1e3 / nanos;
          });
    }

    String endReport() throws IOException, InterruptedException {
      over.set(true);
      return String.format(Locale.ROOT, "the bulk meanwhile: %.1f MB/s", finished(speed));
    }

    @Override
    public void close() {
      over.set(true);
      thread.close();
    }
  }

  private void measureShells(Installation installation, ApiAccess access, String node)
      throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    var server = new ProcessFigures(installation.serverProcess());
    var agent = new ProcessFigures(installation.agentProcess());
    server.collectGarbage();
    agent.collectGarbage();
    long serverBefore = server.residentKibibytes();
    long agentBefore = agent.residentKibibytes();
    long begun = System.nanoTime();
    List<RemoteShell> open = new ArrayList<>();
    try {
      inParallel(
          shells,
          () -> {
            RemoteShell shell =
                RemoteShell.open(ssm.startSession(node, null, null, Map.of()), ssm, access);
            synchronized (open) {
              open.add(shell);
            }
            long _ = shell.screen().awaitAny();
            shell.screen().settle();
          });
      double took = (System.nanoTime() - begun) / NANOS_PER_SECOND;
      Durations echoes = new Durations("key -> echo, one of " + shells + " open shells", shells);
      for (int i = 0; i < shells; i++) {
        echoes.add(open.get(i).echo(i));
      }
      server.collectGarbage();
      agent.collectGarbage();
      System.out.println(echoes.row());
      System.out.printf(
          Locale.ROOT,
          "  opened in %.1f s; server %.1f MiB, %.1f KiB for each; agent %.1f MiB, %.1f KiB for"
              + " each%n",
          took,
          server.residentKibibytes() / KIBIBYTES_PER_MEBIBYTE,
          (double) (server.residentKibibytes() - serverBefore) / shells,
          agent.residentKibibytes() / KIBIBYTES_PER_MEBIBYTE,
          (double) (agent.residentKibibytes() - agentBefore) / shells);
    } finally {
      var left = new ArrayList<>(open);
      inParallel(
          left.size(),
          () -> {
            RemoteShell shell;
            synchronized (left) {
              shell = left.removeLast();
            }
            shell.close();
          });
    }
  }

  /** What may fail. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** A few at a time. */
  private static void inParallel(int count, Work work) throws IOException, InterruptedException {
    Semaphore turns = new Semaphore(OPENED_AT_ONCE);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(
            threads.submit(() -> {
              turns.acquire();
              try {
                work.run();
                return true;
              } finally {
                turns.release();
              }
            }));
      }
      for (Future<Boolean> one : all) {
        boolean _ = finished(one);
      }
    }
  }
}
