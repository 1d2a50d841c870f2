package dev.postern.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * A program for a mount namespace of its own: a server whose data directory is a small file system,
 * which runs full in the middle of a transfer, and has room again later.
 */
final class FullDisk {
  static final String WHOLE = "all as it was acknowledged";
  private static final long BYTES = 60_000_000;
  private static final String DISK_SIZE = "size=48m,mode=700";
  private static final String REFUSAL =
      "(?s).*An error occurred \\(InternalServerError\\) when calling the StartSession operation.*";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private FullDisk() {}

  /** Takes a directory. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Path disk = Files.createDirectory(folder.resolve("server"));
    RunningServer.base()
        .run(List.of("mount", "-t", "tmpfs", "-o", DISK_SIZE, "none", disk.toString()))
        .orFail();
    try (RunningServer server = new RunningServer(disk);
        RunningAgent agent = RunningAgent.enrol(server, folder.resolve("agent"))) {
      OneNode node = new OneNode(server, agent, folder);
      Path filler = disk.resolve("filler");
      String ended = sessionThatEndsWhileTheDiskIsFull(node, filler);
      System.out.println("the disk is full");
      expectRefusal(node);

      System.out.println("there is room again");
      Files.delete(filler);
      expectWorking(node);
      Set<String> acknowledged =
          Awaitility.await()
              .atMost(PATIENCE)
              .until(() -> sessions(server, "History"), history -> history.contains(ended));
      System.out.println("the server is killed");
      server.killAndRestart();

      require(sessions(server, "History").containsAll(acknowledged), "gone: " + acknowledged);
      agent.awaitConnected(server);
      expectWorking(node);
    }
    System.out.println(WHOLE);
    System.exit(0);
  }

  /** It ends when something is written to a pipe. */
  private static String sessionThatEndsWhileTheDiskIsFull(OneNode node, Path filler)
      throws Exception {
    Path pipe = node.folder().resolve("pipe");
    Shell shell = node.server().shell();
    shell.run(List.of("mkfifo", pipe.toString())).orFail();
    Process reader = shell.start(exec(node, "sh", "-c", "echo before; exec cat " + pipe));
    Output output = new Output(reader.getInputStream());
    try {
      var _ = output.expect("before\n");
      String session = sessions(node.server(), "Active").iterator().next();

      transferWhileTheDiskFills(node, filler);
      Files.writeString(pipe, "after\n");

      require(output.allAtEnd().equals("before\nafter\n"), output.all());
      require(reader.waitFor(PATIENCE) && reader.exitValue() == 0, "it did not end well");
      return session;
    } finally {
      reader.descendants().forEach(ProcessHandle::destroyForcibly);
      reader.destroyForcibly();
    }
  }

  private static void transferWhileTheDiskFills(OneNode node, Path filler) throws IOException {
    try (NumberedBytes service = new NumberedBytes(BYTES);
        PosternForward forward = PosternForward.start(node, "0:" + service.port());
        Socket connection = PortForward.connect(forward.port())) {
      service.expect(
          connection,
          done -> {
            if (done >= BYTES / 2 && !Files.exists(filler)) {
              fill(filler);
            }
          });
    }
  }

  private static void fill(Path filler) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream output = Files.newOutputStream(filler)) {
      while (true) {
        output.write(block);
      }
    } catch (IOException full) {
      require(Files.getFileStore(filler).getUsableSpace() == 0, "there is room: " + full);
    }
  }

  private static void expectRefusal(OneNode node) {
    String[] call = {"ssm", "start-session", "--target", node.agent().instanceId()};
    Finished refused =
        node.server().shell().with("AWS_MAX_ATTEMPTS", "1").run(node.server().awsCommand(call));
    require(refused.exitCode() != 0 && refused.err().matches(REFUSAL), refused.toString());
  }

  private static void expectWorking(OneNode node) {
    Finished command = node.server().shell().run(exec(node, "echo", "back"));
    require(command.equals(new Finished(0, "back\n", "")), command.toString());
  }

  private static List<String> exec(OneNode node, String... command) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of(Programs.postern(), "exec", node.agent().instanceId(), "--"));
    line.addAll(List.of(command));
    return line;
  }

  private static Set<String> sessions(RunningServer server, String state) {
    String answer = server.aws("ssm", "describe-sessions", "--state", state).orFail().out();
    return Pattern.compile("\"SessionId\": \"([^\"]+)\"")
        .matcher(answer)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
