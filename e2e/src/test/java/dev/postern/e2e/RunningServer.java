package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * {@code postern server} as a process, and the environment that its {@code env} file gives to a
 * shell.
 */
final class RunningServer implements AutoCloseable {
  private static final Duration LISTED_WITHIN = Duration.ofSeconds(30);

  private final List<String> program;
  private final Path data;
  private final List<String> options;
  private Process process;
  private Output out;
  private Output err;
  private URI url;

  RunningServer(Path data, String... options) throws IOException {
    this(List.of(Programs.postern(), "server"), data, options);
  }

  private RunningServer(List<String> program, Path data, String... options) throws IOException {
    this.program = program;
    this.data = data;
    this.options = List.of(options);
    start("127.0.0.1:0");
  }

  /** One that {@link #advance} works on. */
  static RunningServer withMovableTime(Path data) throws IOException {
    return new RunningServer(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dpostern.home=" + Programs.checkout(),
            "-cp",
            System.getProperty("java.class.path"),
            MovableServer.class.getName()),
        data);
  }

  /** Lets so much time pass for the server's sessions, at once. */
  void advance(Duration time) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((time.toSeconds() + "\n").getBytes(StandardCharsets.US_ASCII));
    input.flush();
  }

  private void start(String listen) throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("--data", data.toString(), "--listen", listen));
    command.addAll(options);
    process = base().start(command);
    out = new Output(process.getInputStream());
    err = new Output(process.getErrorStream());
    url = URI.create(out.expect("Postern is ready at (https://\\S+)").group(1));
  }

  /** The plain environment of a test: nothing of AWS's in it. */
  static Shell base() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("POSTERN_"));
    environment.put("AWS_PAGER", "");
    environment.put("LC_ALL", "C.UTF-8");
    return new Shell(environment);
  }

  URI url() {
    return url;
  }

  /** Not the public URL's where a proxy stands in front. */
  int listeningPort() {
    Matcher listener =
        Pattern.compile("127\\.0\\.0\\.1]?:(\\d+)\\s.*pid=" + pid() + ",")
            .matcher(base().run(List.of("ss", "-Hltnp")).orFail().out());
    if (!listener.find()) {
      throw new AssertionError("the server listens nowhere");
    }
    return Integer.parseInt(listener.group(1));
  }

  Path data() {
    return data;
  }

  Path ca() {
    return data.resolve("tls/ca.pem");
  }

  Output err() {
    return err;
  }

  /**
   * A shell in which {@code . DIR/env} was done; an official plugin stands first on its path if the
   * suite has one.
   */
  Shell shell() {
    Finished env =
        base()
            .run(List.of("sh", "-c", ". \"$0\"; exec env -0", data.resolve("env").toString()))
            .orFail();
    Map<String, String> environment = new HashMap<>();
    for (String line : env.out().split("\0", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        environment.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    Programs.officialPlugin()
        .ifPresent(
            plugin -> environment.put("PATH", plugin.getParent() + ":" + environment.get("PATH")));
    return new Shell(environment);
  }

  /** The real AWS CLI, told the endpoint as versions before 1.29 and 2.13 need it. */
  Finished aws(String... arguments) {
    return shell().run(awsCommand(arguments));
  }

  List<String> awsCommand(String... arguments) {
    List<String> command = new ArrayList<>(List.of("aws", "--endpoint-url", url.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits until a session is over, and looks at what is kept of it. */
  void awaitInHistory(String sessionId, String... kept) {
    awaitListed("History", sessionId, kept);
  }

  /** Waits until a session that is not over is listed with something. */
  void awaitActive(String sessionId, String... listed) {
    awaitListed("Active", sessionId, listed);
  }

  private void awaitListed(String state, String sessionId, String... texts) {
    List<String> wanted = new ArrayList<>(List.of(texts));
    wanted.add(sessionId);
    String filter = "key=SessionId,value=" + sessionId;
    Awaitility.await()
        .atMost(LISTED_WITHIN)
        .untilAsserted(() ->
            assertThat(
                    aws("ssm", "describe-sessions", "--state", state, "--filters", filter)
                        .orFail()
                        .out())
                .contains(wanted));
  }

  /** {@code kill -9}, and a start on the same port and data directory. */
  void killAndRestart() throws IOException {
    Stopped.byKill(process);
    start("127.0.0.1:" + url.getPort());
  }

  /**
   * SIGTERM, and a start on the same port and data directory.
   *
   * @return the exit code
   */
  int stopAndRestart(Duration patience) throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("did not stop within " + patience + "\n" + err.all());
    }
    int exitCode = process.exitValue();
    start("127.0.0.1:" + url.getPort());
    return exitCode;
  }

  long pid() {
    return process.pid();
  }

  /** How much of the machine's memory the process has. */
  long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    if (!Stopped.byRequest(process)) {
      throw new AssertionError("the server did not stop on SIGTERM\n" + err.all());
    }
  }
}
