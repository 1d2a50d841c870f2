package dev.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A server and a node of it, started once for all test classes that ask for it: their sessions do
 * not meet.
 */
record OneNode(RunningServer server, RunningAgent agent, Path folder) implements AutoCloseable {
  /** What the guide's examples call their machine. */
  static final String GUIDES_ID = "i-0abc123def456";

  /** What the guide's examples call their database. */
  static final String GUIDES_DATABASE = "mydb.cluster-abc123.us-east-1.rds.amazonaws.com";

  /** Where that is to be found, as our agent reads in a list of hosts of its own. */
  static final String DATABASE_ADDRESS = "127.0.0.2";

  /** Gives it to the methods of a class that have a parameter for it. */
  static final class Extension implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(OneNode.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == OneNode.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      // What is kept in the root's store is closed when the last class has ended.
      return context.getRoot().getStore(NAMESPACE).computeIfAbsent(OneNode.class, _ -> start());
    }
  }

  private static OneNode start() {
    try {
      Path folder = Files.createTempDirectory("postern-e2e-node-");
      Path hosts =
          Files.writeString(
              folder.resolve("hosts"),
              "127.0.0.1 localhost\n" + DATABASE_ADDRESS + " " + GUIDES_DATABASE + "\n");
      RunningServer server = new RunningServer(folder.resolve("server"));
      try {
        RunningAgent agent =
            RunningAgent.enrol(
                RunningServer.base().with("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts),
                server,
                folder.resolve("agent"),
                "--tags",
                "Key=postern:instance-id,Value=" + GUIDES_ID);
        return new OneNode(server, agent, folder);
      } catch (Exception | AssertionError failed) {
        server.close();
        throw failed;
      }
    } catch (Exception failed) {
      throw new AssertionError("no node", failed);
    }
  }

  @Override
  public void close() {
    try {
      agent.close();
    } finally {
      server.close();
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException left) {
      throw new UncheckedIOException("cannot remove " + folder, left);
    }
  }
}
