package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What an agent costs its machine while nothing happens, and how long programs take to start. */
@Command(
    name = "rest",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the starts of the session-manager-plugin and of the server, and an agent at rest.",
      "It starts a server and a node on this machine and removes them afterwards. Needs ss."
    })
public final class Footprint implements Callable<Integer> {
  private static final int START_PATIENCE_MILLIS = 30_000;
  private static final Pattern COUNTERS =
      Pattern.compile("bytes_sent:(\\d+).*?bytes_received:(\\d+)");
  private static final double KIBIBYTES_PER_MEBIBYTE = 1024;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long to watch the agent. Default: ${DEFAULT-VALUE}.",
      defaultValue = "120")
  private int seconds;

  @Option(
      names = "--starts",
      paramLabel = "N",
      description = "Starts of the plugin and of the server. Default: ${DEFAULT-VALUE}.",
      defaultValue = "20")
  private int starts;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Footprint()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1 || starts < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--seconds and --starts are at least 1");
    }
    Path home = Installation.home(spec.commandLine(), "start this by bench/run");
    measureStarts(home);
    measureServerStarts(home);
    try (Installation installation = new Installation(home)) {
      ApiAccess access = installation.startServer();
      String _ = installation.startNode(access);
      measureRest(installation.agentProcess());
    }
    return 0;
  }

  private void measureStarts(Path home) throws IOException, InterruptedException {
    Durations plugin = new Durations("session-manager-plugin: exec -> first byte sent", starts);
    Durations java = new Durations("  baseline: java -version, to its end", starts);
    List<String> version =
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version");
    for (int i = -1; i < starts; i++) {
      long sent = untilFirstByte(home);
      long baseline = Commands.run(version, Duration.ofSeconds(30));
      // The first one brings the files into memory.
      if (i >= 0) {
        plugin.add(sent);
        java.add(baseline);
      }
    }
    System.out.println(Durations.heading());
    System.out.println(plugin.row());
    System.out.println(java.row());
  }

  private void measureServerStarts(Path home) throws IOException, InterruptedException {
    Durations first = new Durations("server: exec -> ready, empty data directory", starts);
    Durations second = new Durations("server: exec -> ready, the same data again", starts);
    for (int i = -1; i < starts; i++) {
      try (Installation installation = new Installation(home)) {
        long begun = System.nanoTime();
        ApiAccess _ = installation.startServer();
        long ready = System.nanoTime();
        installation.stopServer();
        long begunAgain = System.nanoTime();
        installation.startServerAgain();
        long readyAgain = System.nanoTime();
        if (i >= 0) {
          first.add(ready - begun);
          second.add(readyAgain - begunAgain);
        }
      }
    }
    System.out.println(first.row());
    System.out.println(second.row());
  }

  /** The first byte is that of the TLS handshake with the session's server. */
  private static long untilFirstByte(Path home) throws IOException, InterruptedException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setSoTimeout(START_PATIENCE_MILLIS);
      String session =
          ("{\"SessionId\":\"bench-0123456789abcdef0\",\"TokenValue\":\"none\","
                  + "\"StreamUrl\":\"wss://127.0.0.1:%d/v1/data-channel/bench-0123456789abcdef0\"}")
              .formatted(listener.getLocalPort());
      String endpoint = "https://127.0.0.1:" + listener.getLocalPort();
      ProcessBuilder builder =
          new ProcessBuilder(
                  home.resolve("postern").toString(),
                  "plugin",
                  session,
                  "us-east-1",
                  "StartSession",
                  "",
                  "{\"Target\":\"mi-0123456789abcdef0\"}",
                  endpoint)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      long begun = System.nanoTime();
      Process process = builder.start();
      try (Socket connection = listener.accept()) {
        connection.setSoTimeout(START_PATIENCE_MILLIS);
        if (connection.getInputStream().read() < 0) {
          throw new IOException("the plugin connected and said nothing");
        }
        return System.nanoTime() - begun;
      } finally {
        process.destroyForcibly();
        boolean _ = process.waitFor(START_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void measureRest(Process agent) throws IOException, InterruptedException {
    var figures = new ProcessFigures(agent);
    // What a start leaves behind is done by then.
    Thread.sleep(Duration.ofSeconds(Math.min(seconds, 30)));
    double cpuBefore = figures.cpuSeconds();
    long bytesBefore = networkBytes(agent);
    Thread.sleep(Duration.ofSeconds(seconds));
    double cpu = figures.cpuSeconds() - cpuBefore;
    long bytes = networkBytes(agent) - bytesBefore;
    System.out.printf(
        Locale.ROOT,
        "%nagent at rest for %d s: %.1f MiB resident, %.2f %% of a core, %.0f B/s, %d threads, %d"
            + " descriptors%n",
        seconds,
        figures.residentKibibytes() / KIBIBYTES_PER_MEBIBYTE,
        cpu * 100 / seconds,
        (double) bytes / seconds,
        figures.threads(),
        figures.descriptors());
  }

  /** Both ways, on the connections that are open now: payload of TCP, with TLS. */
  private static long networkBytes(Process process) throws IOException, InterruptedException {
    long total = 0;
    String pid = "pid=" + process.pid() + ",";
    for (String line : Commands.output(List.of("ss", "-tinpOH"), Duration.ofSeconds(30))) {
      Matcher counters = COUNTERS.matcher(line);
      if (line.contains(pid) && counters.find()) {
        total += Long.parseLong(counters.group(1)) + Long.parseLong(counters.group(2));
      }
    }
    return total;
  }
}
