package dev.postern.e2e;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A managed node: an agent enrolled into a server, as a process. Ours, or the official one where
 * the suite was told to use it; that one keeps its state in fixed places of the machine, so there
 * can be one at a time.
 */
final class RunningAgent implements AutoCloseable {
  private final Process process;
  private final Output err;
  private final String instanceId;
  private final Runnable afterwards;

  private RunningAgent(Process process, Output err, String instanceId, Runnable afterwards) {
    this.process = process;
    this.err = err;
    this.instanceId = instanceId;
    this.afterwards = afterwards;
  }

  /** Creates an activation, registers and runs an agent, and waits until it is connected. */
  static RunningAgent enrol(RunningServer server, Path data, String... activationOptions)
      throws Exception {
    return enrol(RunningServer.base(), server, data, activationOptions);
  }

  /** The same, with the environment that the agent shall have. */
  static RunningAgent enrol(
      Shell shell, RunningServer server, Path data, String... activationOptions) throws Exception {
    return enrol(new Setting(shell, server.url()), server, data, activationOptions);
  }

  /** The same for a node that calls the server at another address than clients do. */
  static RunningAgent enrolAt(
      URI endpoint, RunningServer server, Path data, String... activationOptions) throws Exception {
    return enrol(new Setting(RunningServer.base(), endpoint), server, data, activationOptions);
  }

  /** How an agent sees the world. */
  record Setting(Shell shell, URI endpoint) {}

  private static RunningAgent enrol(
      Setting setting, RunningServer server, Path data, String... activationOptions)
      throws Exception {
    String[] arguments = new String[activationOptions.length + 6];
    arguments[0] = "ssm";
    arguments[1] = "create-activation";
    arguments[2] = "--iam-role";
    arguments[3] = "SSMServiceRole";
    arguments[4] = "--default-instance-name";
    arguments[5] = "web-1";
    System.arraycopy(activationOptions, 0, arguments, 6, activationOptions.length);
    String activation = server.aws(arguments).orFail().out();
    String id = Json.text(activation, "ActivationId");
    String code = Json.text(activation, "ActivationCode");
    RunningAgent agent =
        Programs.officialAgent().isPresent()
            ? OfficialAgent.start(setting, server, Programs.officialAgent().get(), data, id, code)
            : startOurs(setting, server, data, id, code);
    return agent.connected(server);
  }

  private static RunningAgent startOurs(
      Setting setting, RunningServer server, Path data, String id, String code) throws IOException {
    Finished registered =
        setting
            .shell()
            .run(
                List.of(
                    Programs.postern(),
                    "agent",
                    "register",
                    "--endpoint",
                    setting.endpoint().toString(),
                    "--ca",
                    server.ca().toString(),
                    "--activation-id",
                    id,
                    "--activation-code",
                    "-",
                    "--data",
                    data.toString()),
                code + "\n")
            .orFail();
    Matcher matcher =
        Pattern.compile("\\b(mi-[0-9a-f]{17}|i-[0-9a-zA-Z]+)\\b").matcher(registered.out());
    if (!matcher.find()) {
      throw new AssertionError("no instance id in: " + registered.out());
    }
    return run(setting.shell(), data, matcher.group(1));
  }

  /** Runs our agent where one was killed, and waits until it is connected. */
  static RunningAgent again(RunningServer server, Path data, String instanceId) throws IOException {
    return run(RunningServer.base(), data, instanceId).connected(server);
  }

  /** Runs our agent on data that it registered before. */
  private static RunningAgent run(Shell shell, Path data, String instanceId) throws IOException {
    Process process =
        shell
            .with("POSTERN_TEST_SECRET", "must-not-leak")
            .start(List.of(Programs.postern(), "agent", "run", "--data", data.toString()));
    return of(process, instanceId);
  }

  static RunningAgent of(Process process, String instanceId) {
    return of(process, instanceId, () -> {});
  }

  /**
   * @param afterwards what is left to do when the process has ended
   */
  static RunningAgent of(Process process, String instanceId, Runnable afterwards) {
    new Output(process.getInputStream());
    return new RunningAgent(process, new Output(process.getErrorStream()), instanceId, afterwards);
  }

  private RunningAgent connected(RunningServer server) {
    try {
      awaitConnected(server);
    } catch (ConditionTimeoutException late) {
      close();
      throw late;
    }
    return this;
  }

  void awaitConnected(RunningServer server) {
    awaitStatus(server, "connected", Duration.ofSeconds(60));
  }

  void awaitStatus(RunningServer server, String status, Duration atMost) {
    Awaitility.await()
        .atMost(atMost)
        .untilAsserted(() -> {
          String answer =
              server.aws("ssm", "get-connection-status", "--target", instanceId).orFail().out();
          if (!Json.text(answer, "Status").equals(status)) {
            throw new AssertionError(answer + "\nagent:\n" + err.all());
          }
        });
  }

  String instanceId() {
    return instanceId;
  }

  long pid() {
    return process.pid();
  }

  Output err() {
    return err;
  }

  /** {@code kill -9}. What it started may outlive it. */
  void kill() {
    Stopped.byKill(process);
  }

  @Override
  public void close() {
    boolean stopped = Stopped.byRequest(process);
    afterwards.run();
    if (!stopped) {
      throw new AssertionError("the agent did not stop on SIGTERM\n" + err.all());
    }
  }
}
