package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.ApiChoices;
import dev.postern.client.api.Ssm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * A server and an enrolled node on this machine, as processes in a temporary directory, for as long
 * as a measurement takes. Used by one thread; {@link #close} also runs when the process is told to
 * end.
 */
final class Installation implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
  private static final Pattern READY = Pattern.compile("Postern is ready at (https://\\S+)");

  /** Hides it in a mount namespace of the agent's own. */
  private static final String WITHOUT_PROFILE =
      "for file in .bash_profile .bash_login .profile .bashrc; do"
          + " [ ! -e \"$HOME/$file\" ] || mount --bind /dev/null \"$HOME/$file\"; done; ";

  private final String launcher;
  private final String officialMachine;
  private final Path directory;
  private final Deque<Process> processes = new ArrayDeque<>();
  private final Set<Process> killed = new HashSet<>();
  private @Nullable Process server;
  private @Nullable Process agent;
  private final Thread hook = new Thread(this::stop, "installation-stop");

  Installation(Path home) throws IOException {
    this.launcher = home.resolve("postern").toString();
    this.officialMachine = home.resolve("bench/official-machine").toString();
    this.directory = Files.createTempDirectory("postern-bench-");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * The checkout to measure, which {@code bench/run} names.
   *
   * @param otherwise what to say when it does not
   * @throws CommandLine.ParameterException when it does not
   */
  static Path home(CommandLine commandLine, String otherwise) {
    String home = System.getProperty("postern.home");
    if (home == null) {
      throw new CommandLine.ParameterException(commandLine, otherwise);
    }
    return Path.of(home);
  }

  /** Starts the server on a free loopback port and waits until it serves. */
  ApiAccess startServer() throws IOException, InterruptedException {
    Path data = directory.resolve("server");
    URI url = startServer(0);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("AWS_"));
    environment.put("AWS_CONFIG_FILE", data.resolve("aws/config").toString());
    environment.put("AWS_SHARED_CREDENTIALS_FILE", data.resolve("aws/credentials").toString());
    return ApiAccess.find(
        new ApiChoices(url, null, "postern", data.resolve("tls/ca.pem")), environment);
  }

  private URI startServer(int port) throws IOException, InterruptedException {
    String data = directory.resolve("server").toString();
    server = start("server", "", "server", "--data", data, "--listen", "127.0.0.1:" + port);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Matcher ready = READY.matcher(output("server"));
    while (!ready.find()) {
      requireRunning("server", serverProcess(), deadline);
      ready = READY.matcher(output("server"));
    }
    return URI.create(ready.group(1));
  }

  /** Stops the server and starts it again on the same port; returns when it serves. */
  void restartServer() throws IOException, InterruptedException {
    stopServer();
    startServerAgain();
  }

  void stopServer() {
    stop(serverProcess());
  }

  /** Starts the stopped server on its data and its port; returns when it serves. */
  void startServerAgain() throws IOException, InterruptedException {
    URI _ = startServer(URI.create(serverUrl()).getPort());
  }

  /** The running server. */
  Process serverProcess() {
    if (server == null) {
      throw new IllegalStateException("no server was started");
    }
    return server;
  }

  /** The running agent. */
  Process agentProcess() {
    if (agent == null) {
      throw new IllegalStateException("no agent was started");
    }
    return agent;
  }

  /** Enrols this machine, starts its agent and waits until the server can reach it; its id. */
  String startNode(ApiAccess access) throws IOException, InterruptedException {
    return startNode(access, List.of(launcher));
  }

  /** The same with shells that read no profile in the account's home. Needs root. */
  String startNodeWithoutProfile(ApiAccess access) throws IOException, InterruptedException {
    return startNode(
        access,
        List.of(
            "unshare", "--mount", "sh", "-c", WITHOUT_PROFILE + "exec \"$0\" \"$@\"", launcher));
  }

  /**
   * Starts another node, with AWS's own agent in namespaces of its own, and waits until the server
   * can reach it; its id. Needs root.
   *
   * @param programs the folder of amazon-ssm-agent and its workers
   */
  String startOfficialNode(ApiAccess access, Path programs)
      throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    Set<String> others = ids(ssm);
    Ssm.Activation activation = ssm.createActivation("SSMServiceRole", "official");
    List<String> script =
        Commands.output(
            List.of(
                launcher,
                "agent",
                "official-config",
                "--endpoint",
                serverUrl(),
                "--ca",
                directory.resolve("server/tls/ca.pem").toString(),
                "--activation-id",
                activation.id()),
            PATIENCE);
    Path folder = directory("official-agent");
    Files.write(folder.resolve("script"), script);
    Process official =
        start(
            "official-agent",
            activation.code() + "\n",
            List.of(officialMachine, folder.toString(), programs.toAbsolutePath().toString()));
    // Its first process waits for the others and heeds no other signal.
    killed.add(official);
    return awaitNode(ssm, others, "official-agent", official);
  }

  private String startNode(ApiAccess access, List<String> agentLauncher)
      throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    Ssm.Activation activation = ssm.createActivation("SSMServiceRole", "bench");
    String data = directory.resolve("agent").toString();
    // The code goes by standard input: arguments can be seen by everybody.
    Process register =
        start(
            "register",
            activation.code() + "\n",
            "agent",
            "register",
            "--endpoint",
            serverUrl(),
            "--ca",
            directory.resolve("server/tls/ca.pem").toString(),
            "--activation-id",
            activation.id(),
            "--activation-code",
            "-",
            "--data",
            data);
    if (!register.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        || register.exitValue() != 0) {
      throw new IOException("the node could not be registered:\n" + output("register"));
    }
    agent = start("agent", "", agentLauncher, "agent", "run", "--data", data);
    return awaitNode(ssm, Set.of(), "agent", agentProcess());
  }

  private String awaitNode(Ssm ssm, Set<String> others, String name, Process process)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      for (String id : ids(ssm)) {
        if (!others.contains(id) && ssm.isConnected(id)) {
          return id;
        }
      }
      requireRunning(name, process, deadline);
    }
  }

  private static Set<String> ids(Ssm ssm) throws IOException, InterruptedException {
    Set<String> ids = new HashSet<>();
    for (Map<String, Object> node : ssm.nodes()) {
      if (node.get("InstanceId") instanceof String id) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** A new folder, which goes with the installation. */
  Path directory(String name) throws IOException {
    return Files.createDirectory(directory.resolve(name));
  }

  /** What the server wrote for shells that call it. */
  Path serverEnvironment() {
    return directory.resolve("server/env");
  }

  String serverUrl() throws IOException {
    return READY.matcher(output("server")).results().findFirst().orElseThrow().group(1);
  }

  private Process start(String name, String input, String... arguments) throws IOException {
    return start(name, input, List.of(launcher), arguments);
  }

  private Process start(String name, String input, List<String> program, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log(name).toFile()));
    builder
        .environment()
        .keySet()
        .removeIf(variable -> variable.startsWith("AWS_") || variable.startsWith("POSTERN_"));
    Process process = builder.start();
    synchronized (processes) {
      processes.push(process);
    }
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    return process;
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private String output(String name) throws IOException {
    return Files.readString(log(name), StandardCharsets.ISO_8859_1);
  }

  private void requireRunning(String name, Process process, long deadline)
      throws IOException, InterruptedException {
    if (!process.isAlive() || System.nanoTime() > deadline) {
      throw new IOException("the " + name + " did not become ready:\n" + output(name));
    }
    Thread.sleep(POLL_INTERVAL);
  }

  @Override
  public void close() {
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // the hook runs or has run
    }
  }

  /** The agent first: it then ends what runs on the node. */
  private void stop() {
    synchronized (processes) {
      while (!processes.isEmpty()) {
        Process last = processes.pop();
        if (killed.contains(last)) {
          last.destroyForcibly();
        }
        stop(last);
      }
      try {
        deleteDirectory();
      } catch (IOException left) {
        throw new UncheckedIOException("cannot remove " + directory, left);
      }
    }
  }

  private static void stop(Process process) {
    process.destroy();
    boolean stopped = false;
    try {
      stopped = process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    if (!stopped) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private void deleteDirectory() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
