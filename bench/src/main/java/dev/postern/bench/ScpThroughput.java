package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast {@code scp} copies a file through AWS-StartSSHSession, with the guide's ProxyCommand,
 * beside the same {@code scp} straight to the same {@code sshd}. Both take turns.
 */
@Command(
    name = "scp",
    mixinStandardHelpOptions = true,
    description = {
      "Measures scp through a session beside plain scp, to and from an sshd of its own.",
      "It starts a server and a node on this machine and removes them afterwards.",
      "Needs the aws CLI, ssh, scp and sshd."
    })
public final class ScpThroughput implements Callable<Integer> {
  private static final int MEGABYTE = 1_000_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String STRAIGHT = "127.0.0.1";

  @Option(
      names = "--megabytes",
      paramLabel = "N",
      description = "Size of the file. Default: ${DEFAULT-VALUE}.",
      defaultValue = "100")
  private int megabytes;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Copies of each kind. Default: ${DEFAULT-VALUE}.",
      defaultValue = "20")
  private int rounds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description =
          "Copies of each kind before the first that counts. The Java programs on the way are"
              + " compiled by then. Default: ${DEFAULT-VALUE}.",
      defaultValue = "40")
  private int warmup;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where the copies are. Default: /dev/shm, which is memory, where there is one: a disk"
              + " that writes back disturbs what is measured.")
  private @Nullable Path directory;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ScpThroughput()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (megabytes < 1 || rounds < 1 || warmup < 0) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--megabytes and --rounds are at least 1, --warmup at least 0");
    }
    if (directory != null && !Files.isDirectory(directory)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--directory names none: " + directory);
    }
    Path home = Installation.home(spec.commandLine(), "start this by bench/run");
    try (Installation installation = new Installation(home)) {
      ApiAccess access = installation.startServer();
      String node = installation.startNode(access);
      Path folder = installation.directory("scp");
      try (LocalSshd sshd = new LocalSshd(folder.resolve("sshd"))) {
        Path configuration =
            Files.writeString(
                folder.resolve("config"),
                sshd.clientBlock(STRAIGHT)
                    + sshd.clientBlock(node)
                    + "  ProxyCommand sh -c \". %s; aws --endpoint-url %s ssm start-session"
                        .formatted(installation.serverEnvironment(), installation.serverUrl())
                    + " --target %h --document-name AWS-StartSSHSession"
                    + " --parameters 'portNumber=%p'\"\n");
        Path files = Files.createTempDirectory(parent(folder), "postern-scp-");
        try {
          measure(
              files,
              new Copier("session", node, folder, files, configuration),
              new Copier("plain", STRAIGHT, folder, files, configuration));
        } finally {
          for (String name : List.of("file", "put", "got")) {
            boolean _ = Files.deleteIfExists(files.resolve(name));
          }
          Files.delete(files);
        }
      }
    }
    return 0;
  }

  private Path parent(Path otherwise) {
    if (directory != null) {
      return directory;
    }
    return Files.isDirectory(MEMORY) ? MEMORY : otherwise;
  }

  private void measure(Path files, Copier session, Copier plain)
      throws IOException, InterruptedException {
    Path file = files.resolve("file");
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] some = new byte[MEGABYTE];
      Random random = new Random(1);
      for (int i = 0; i < megabytes; i++) {
        random.nextBytes(some);
        out.write(some);
      }
    }
    System.out.printf(
        "%d cores, %s %s; scp of %d MB in %s; %d copies of warm-up; milliseconds, MB/s at p50%n%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        megabytes,
        files.getParent(),
        warmup);
    System.out.println(Durations.heading());
    try (session;
        plain) {
      session.open();
      plain.open();
      compare("scp to the node, connection open", c -> c.put(file, true), session, plain);
      compare("scp from the node, connection open", c -> c.get(file, true), session, plain);
      compare("scp to the node, with connecting", c -> c.put(file, false), session, plain);
    }
  }

  /** One copy; its time in nanoseconds. */
  private interface Copy {
    long run(Copier copier) throws IOException, InterruptedException;
  }

  private void compare(String name, Copy copy, Copier session, Copier plain)
      throws IOException, InterruptedException {
    Durations through = new Durations(name, rounds);
    Durations straight = new Durations("  baseline: plain scp", rounds);
    for (int i = -warmup; i < rounds; i++) {
      long took = copy.run(session);
      long baseline = copy.run(plain);
      if (i >= 0) {
        through.add(took);
        straight.add(baseline);
      }
    }
    System.out.println(through.row());
    System.out.println(straight.row());
    System.out.printf(
        Locale.ROOT,
        "  %.1f MB/s of %.1f MB/s: %.2f of the speed%n",
        megabytes * 1000 / through.medianMillis(),
        megabytes * 1000 / straight.medianMillis(),
        straight.medianMillis() / through.medianMillis());
  }

  /** One way to the sshd. Its open connection is a background process of ssh's. */
  private record Copier(String name, String host, Path folder, Path files, Path configuration)
      implements AutoCloseable {

    private Path socket() {
      return folder.resolve(name + ".sock");
    }

    private List<String> command(String program, boolean open, String... arguments) {
      List<String> command = new ArrayList<>(List.of(program, "-F", configuration.toString()));
      command.addAll(List.of("-o", "ControlPath=" + (open ? socket().toString() : "none")));
      command.addAll(List.of(arguments));
      return command;
    }

    void open() throws IOException, InterruptedException {
      long _ = Commands.run(command("ssh", true, "-M", "-N", "-f", host), PATIENCE);
    }

    long put(Path file, boolean open) throws IOException, InterruptedException {
      return Commands.run(
          command("scp", open, "-q", file.toString(), host + ":" + files.resolve("put")), PATIENCE);
    }

    long get(Path file, boolean open) throws IOException, InterruptedException {
      return Commands.run(
          command("scp", open, "-q", host + ":" + file, files.resolve("got").toString()), PATIENCE);
    }

    @Override
    public void close() throws IOException {
      if (!Files.exists(socket())) {
        return;
      }
      try {
        long _ = Commands.run(command("ssh", true, "-O", "exit", host), PATIENCE);
      } catch (InterruptedException hurry) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
