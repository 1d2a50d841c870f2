package dev.postern.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A managed node: an agent enrolled into a server, as a process. Ours, or the official one where
 * the suite was told to use it; that one keeps its state in fixed places of the machine, so there
 * can be one at a time.
 */
final class RunningAgent implements AutoCloseable {
  private final Process process;
  private final Output err;
  private final String instanceId;

  private RunningAgent(Process process, Output err, String instanceId) {
    this.process = process;
    this.err = err;
    this.instanceId = instanceId;
  }

  /** Creates an activation, registers and runs an agent, and waits until it is connected. */
  static RunningAgent enrol(RunningServer server, Path data, String... activationOptions)
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
            ? OfficialAgent.start(server, Programs.officialAgent().get(), data, id, code)
            : startOurs(server, data, id, code);
    agent.awaitConnected(server);
    return agent;
  }

  private static RunningAgent startOurs(RunningServer server, Path data, String id, String code)
      throws IOException {
    Finished registered =
        RunningServer.base()
            .run(
                List.of(
                    Programs.postern(),
                    "agent",
                    "register",
                    "--endpoint",
                    server.url().toString(),
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
    return run(data, matcher.group(1));
  }

  /** Runs our agent on data that it registered before. */
  static RunningAgent run(Path data, String instanceId) throws IOException {
    Process process =
        RunningServer.base()
            .with("POSTERN_TEST_SECRET", "must-not-leak")
            .start(List.of(Programs.postern(), "agent", "run", "--data", data.toString()));
    Output err = new Output(process.getErrorStream());
    new Output(process.getInputStream());
    return new RunningAgent(process, err, instanceId);
  }

  static RunningAgent of(Process process, String instanceId) {
    new Output(process.getInputStream());
    return new RunningAgent(process, new Output(process.getErrorStream()), instanceId);
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

  @Override
  public void close() {
    if (!Stopped.byRequest(process)) {
      throw new AssertionError("the agent did not stop on SIGTERM\n" + err.all());
    }
  }

  /**
   * How the official agent is set up so that it uses a given server (spec/agent-service.md section
   * 7).
   */
  private static final class OfficialAgent {
    private OfficialAgent() {}

    static RunningAgent start(
        RunningServer server, Path programs, Path data, String id, String code) throws Exception {
      Path folder = Files.createDirectories(data.resolve("bin"));
      for (String name :
          List.of(
              "amazon-ssm-agent",
              "ssm-agent-worker",
              "ssm-session-worker",
              "ssm-document-worker")) {
        Files.copy(programs.resolve(name), folder.resolve(name));
      }
      Path configuration = Files.createDirectories(folder.resolve("configuration"));
      String url = server.url().toString();
      Files.writeString(
          configuration.resolve("amazon-ssm-agent.json"),
          "{\"Ssm\":{\"Endpoint\":\"%1$s\"},\"Mgs\":{\"Endpoint\":\"%1$s\",\"Region\":\"us-east-1\"},\"Mds\":{\"Endpoint\":\"%1$s\"},"
                  .formatted(url)
              + "\"Agent\":{\"Region\":\"us-east-1\",\"TelemetryMetricsToSSM\":false},"
              + "\"Identity\":{\"ConsumptionOrder\":[\"OnPrem\"]}}",
          StandardCharsets.UTF_8);
      for (Path path : List.of(folder, configuration)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      Shell shell =
          RunningServer.base()
              .with("SSL_CERT_FILE", server.data().resolve("tls/bundle.pem").toString());
      String program = folder.resolve("amazon-ssm-agent").toString();
      Finished registered =
          shell
              .run(
                  List.of(
                      program, "-register", "-y", "-code", code, "-id", id, "-region", "us-east-1"))
              .orFail();
      Matcher matcher =
          Pattern.compile("(mi-[0-9a-f]{17}|i-[0-9a-zA-Z]+)")
              .matcher(registered.out() + registered.err());
      if (!matcher.find()) {
        throw new AssertionError("no instance id in: " + registered);
      }
      return of(shell.start(List.of(program)), matcher.group(1));
    }
  }
}
