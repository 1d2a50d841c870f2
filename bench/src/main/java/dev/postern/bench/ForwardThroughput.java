package dev.postern.bench;

import dev.postern.bench.Traffic.Direction;
import dev.postern.client.api.ApiAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast a forwarded port carries bytes, beside a connection without detour, {@code ssh -L}
 * through one {@code sshd}, and {@code ssh -L} through a second one as its bastion. All ways lead
 * to the same service and take turns.
 */
@Command(
    name = "forward",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a forwarded port beside ssh -L, with one stream and with many, up and down.",
      "It starts a server and a node on this machine and removes them afterwards.",
      "Needs ssh and sshd; with --official-plugin the aws CLI too."
    })
public final class ForwardThroughput implements Callable<Integer> {
  private static final int MEGABYTE = 1_000_000;

  /** The kernel counts in USER_HZ, which is 100 on every Linux that runs Java. */
  private static final long NANOS_PER_TICK = 10_000_000;

  @Option(
      names = "--megabytes",
      paramLabel = "N",
      description = "Bytes of each measurement. Default: ${DEFAULT-VALUE}.",
      defaultValue = "500")
  private int megabytes;

  @Option(
      names = "--streams",
      paramLabel = "N",
      split = ",",
      description = "Connections at once. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1,50")
  private int[] streams = {};

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measurements of each kind. Default: ${DEFAULT-VALUE}.",
      defaultValue = "5")
  private int rounds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Measurements before the first that counts. Default: ${DEFAULT-VALUE}.",
      defaultValue = "2")
  private int warmup;

  @Option(
      names = "--official-plugin",
      paramLabel = "FILE",
      description = "AWS's session-manager-plugin: measures it too, with a tenth of the bytes.")
  private @Nullable Path officialPlugin;

  @Option(
      names = "--official-agent",
      paramLabel = "DIR",
      description =
          "The folder of AWS's amazon-ssm-agent and its workers: measures that agent too, with a"
              + " fiftieth of the bytes, and with --official-plugin the two together with a"
              + " hundredth. Needs root.")
  private @Nullable Path officialAgent;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  /** One way to the service. */
  private record Way(String name, int port, int megabytes) {
    /** A way that is so much slower that it carries that part of the bytes. */
    static Way slow(String name, int port, int megabytes, int part) {
      return new Way(name, port, Math.max(megabytes / part, 1));
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ForwardThroughput()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (megabytes < 1 || rounds < 1 || warmup < 0) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--megabytes and --rounds are at least 1, --warmup at least 0");
    }
    Path home = Installation.home(spec.commandLine(), "start this by bench/run");
    try (Installation installation = new Installation(home);
        Traffic service = new Traffic();
        Tunnels tunnels = new Tunnels(installation.directory("forward"))) {
      ApiAccess access = installation.startServer();
      String node = installation.startNode(access);
      List<Way> ways = new ArrayList<>();
      ways.add(new Way("raw TCP", service.port(), megabytes));
      ways.add(new Way("ssh -L", tunnels.ssh(service.port()), megabytes));
      ways.add(new Way("ssh -L, bastion", tunnels.sshThroughBastion(service.port()), megabytes));
      ways.add(
          new Way(
              "postern forward",
              tunnels.forward(installation, home, node, service.port()),
              megabytes));
      if (officialPlugin != null) {
        int port = tunnels.official(installation, officialPlugin, node, service.port());
        ways.add(Way.slow("official plugin", port, megabytes, 10));
      }
      if (officialAgent != null) {
        String official = installation.startOfficialNode(access, officialAgent);
        int own = tunnels.forward(installation, home, official, service.port());
        ways.add(Way.slow("official agent", own, megabytes, 50));
        if (officialPlugin != null) {
          int pair = tunnels.official(installation, officialPlugin, official, service.port());
          ways.add(Way.slow("official plugin and agent", pair, megabytes, 100));
        }
      }
      ProcessFigures server = new ProcessFigures(installation.serverProcess());
      System.out.printf(
          "%d cores, %s %s; %d MB; %d rounds of warm-up; MB/s at the median of %d rounds%n%n",
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.name"),
          System.getProperty("os.version"),
          megabytes,
          warmup,
          rounds);
      System.out.printf(
          "%-28s %10s %10s %14s %12s %14s%n",
          "", "MB/s", "of ssh -L", "of the bastion", "CPU ns/byte", "server us/KiB");
      for (int count : streams) {
        for (Direction direction : Direction.values()) {
          compare(ways, count, direction, server);
        }
      }
    }
    return 0;
  }

  private void compare(List<Way> ways, int streams, Direction direction, ProcessFigures server)
      throws IOException, InterruptedException {
    System.out.printf(
        "%d %s, %s%n",
        streams, streams == 1 ? "stream" : "streams", direction.name().toLowerCase(Locale.ROOT));
    List<Durations> measured = new ArrayList<>();
    for (Way way : ways) {
      measured.add(new Durations(way.name(), rounds));
    }
    double[] cpuNanos = new double[ways.size()];
    double[] serverSeconds = new double[ways.size()];
    for (int round = -warmup; round < rounds; round++) {
      for (int i = 0; i < ways.size(); i++) {
        Way way = ways.get(i);
        long before = busyNanos();
        double serverBefore = server.cpuSeconds();
        long took = Traffic.run(way.port(), direction, streams, (long) way.megabytes() * MEGABYTE);
        if (round >= 0) {
          measured.get(i).add(took);
          cpuNanos[i] += busyNanos() - before;
          serverSeconds[i] += server.cpuSeconds() - serverBefore;
        }
      }
    }
    double ssh = speed(ways.get(1), measured.get(1));
    double bastion = speed(ways.get(2), measured.get(2));
    for (int i = 0; i < ways.size(); i++) {
      double speed = speed(ways.get(i), measured.get(i));
      System.out.printf(
          Locale.ROOT,
          "  %-26s %10.1f %10.2f %14.2f %12.1f %14.2f%n",
          ways.get(i).name(),
          speed,
          speed / ssh,
          speed / bastion,
          cpuNanos[i] / rounds / ways.get(i).megabytes() / MEGABYTE,
          serverSeconds[i] * 1024 / rounds / ways.get(i).megabytes());
    }
  }

  /** What all processors of the machine have worked since its start, ours and all others. */
  private static long busyNanos() throws IOException {
    String[] ticks = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1);
    long busy = 0;
    // user, nice, system; then idle and waiting; irq, softirq (proc(5)).
    for (int field : new int[] {1, 2, 3, 6, 7}) {
      busy += Long.parseLong(ticks[field]);
    }
    return busy * NANOS_PER_TICK;
  }

  private static double speed(Way way, Durations durations) {
    return way.megabytes() * 1000 / durations.medianMillis();
  }
}
