package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.ApiChoices;
import dev.postern.client.api.Ssm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server and a node on this machine, for as long as a {@code postern try} runs: two processes and
 * one temporary directory. {@link #close} leaves nothing of them, on whatever way this process ends
 * but {@code kill -9}.
 *
 * <p>Used by one thread; close also runs in the shutdown hook of the process.
 */
final class TryPlace implements AutoCloseable {
  private static final Duration SERVER_PATIENCE = Duration.ofSeconds(60);
  private static final Duration REGISTER_PATIENCE = Duration.ofSeconds(60);
  private static final Duration NODE_PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final String READY = "Postern is ready at ";
  private static final String PROFILE = "postern";
  private static final String ROLE = "SSMServiceRole";
  private static final String INSTANCE_NAME = "this-machine";

  private final String launcher;
  private final Path directory;
  private final Deque<ChildProgram> children = new ArrayDeque<>();
  private final Thread hook = new Thread(this::cleanUp, "try-clean-up");
  private String serverUrl = "";
  private boolean gone;

  private TryPlace(Path home) throws IOException {
    this.launcher = home.resolve("postern").toString();
    this.directory = Files.createTempDirectory("postern-try-");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Finds the launcher that started this process.
   *
   * @throws IOException when there is none
   */
  static TryPlace create() throws IOException {
    String home = System.getProperty("postern.home", System.getenv("POSTERN_HOME"));
    if (home == null || !Files.isExecutable(Path.of(home, "postern"))) {
      throw new IOException("postern try works when started by the postern script only");
    }
    return new TryPlace(Path.of(home));
  }

  Path directory() {
    return directory;
  }

  /** The postern script. */
  String launcher() {
    return launcher;
  }

  /** Starts the server and waits until it serves. */
  ApiAccess startServer() throws IOException, InterruptedException {
    Path data = directory.resolve("server");
    ChildProgram server =
        start("server", "", READY, "server", "--data", data.toString(), "--listen", "127.0.0.1:0");
    serverUrl = server.awaitLine(SERVER_PATIENCE);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("AWS_"));
    environment.put("AWS_CONFIG_FILE", data.resolve("aws/config").toString());
    environment.put("AWS_SHARED_CREDENTIALS_FILE", data.resolve("aws/credentials").toString());
    try {
      return ApiAccess.find(
          new ApiChoices(new URI(serverUrl), null, PROFILE, authority()), environment);
    } catch (java.net.URISyntaxException odd) {
      throw new IOException("the server says that it is at " + serverUrl, odd);
    }
  }

  private Path authority() {
    return directory.resolve("server/tls/ca.pem");
  }

  /**
   * Enrols this machine, starts its agent and waits until the server can reach it. The node's id.
   */
  String startNode(Ssm ssm) throws IOException, InterruptedException {
    Ssm.Activation activation = ssm.createActivation(ROLE, INSTANCE_NAME);
    String data = directory.resolve("agent").toString();
    // The code goes by standard input: arguments can be seen by everybody.
    start(
            "registration of the node",
            activation.code() + "\n",
            null,
            "agent",
            "register",
            "--endpoint",
            serverUrl,
            "--ca",
            authority().toString(),
            "--activation-id",
            activation.id(),
            "--activation-code",
            "-",
            "--data",
            data)
        .awaitSuccess(REGISTER_PATIENCE);
    ChildProgram agent = start("agent", "", null, "agent", "run", "--data", data);
    return awaitNode(ssm, agent);
  }

  private static String awaitNode(Ssm ssm, ChildProgram agent)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + NODE_PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      for (Map<String, Object> node : ssm.nodes()) {
        if (node.get("InstanceId") instanceof String id && ssm.isConnected(id)) {
          return id;
        }
      }
      agent.requireAlive();
      Thread.sleep(POLL_INTERVAL);
    }
    throw new IOException("the node did not connect in " + NODE_PATIENCE.toSeconds() + " s");
  }

  private synchronized ChildProgram start(
      String name, String input, @Nullable String awaitedPrefix, String... arguments)
      throws IOException {
    if (gone) {
      throw new IOException("postern try is ending");
    }
    List<String> command = new ArrayList<>(List.of(launcher));
    command.addAll(List.of(arguments));
    ChildProgram child = ChildProgram.start(name, command, input, awaitedPrefix);
    children.push(child);
    return child;
  }

  @Override
  public void close() {
    cleanUp();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // the hook runs or has run
    }
  }

  /** The agent first: it then ends what runs on the node. */
  private synchronized void cleanUp() {
    gone = true;
    while (!children.isEmpty()) {
      children.pop().close();
    }
    try {
      deleteTree();
    } catch (IOException left) {
      throw new UncheckedIOException("cannot remove " + directory, left);
    }
  }

  private void deleteTree() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          // A file that went by itself is as good as deleted.
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
