package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.plugin.PluginMain;
import dev.postern.client.plugin.PluginProcess;
import dev.postern.client.session.FrozenLink;
import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sessions whose connection is lost and never comes back: however it fails, the program ends by
 * itself, with a reason. A minute of trying is part of it, so all of them run at once.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
class LostForGoodTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";
  private static final String HOST = "postern.test";

  /** Half a minute until it is noticed, a minute of trying, and what the last try takes. */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(130);

  /** What happens to the server of a session, and what the person reads. */
  enum Fault {
    RESUME_FAILS_FOR_EVER("could not be restored: InternalServerError: broken"),
    RESUME_IS_ANSWERED_BY_A_PROXY("could not be restored: UnknownError: .* HTTP status 404"),
    RESUME_IS_NEVER_ANSWERED("could not be restored: the answer of 127.0.0.1:\\d+ took too long"),
    CREDENTIALS_EXPIRED("ExpiredTokenException: The security token .* is expired"),
    CREDENTIALS_GONE("could not be restored: credential_process failed with exit code 7"),
    SERVER_GONE("could not be restored: 127.0.0.1:\\d+ cannot be reached: connection refused"),
    NAME_GONE("could not be restored: postern.test:\\d+: host name cannot be resolved"),
    CHANNEL_REFUSED("could not be restored: .*503"),
    CHANNEL_CUT_AT_ONCE("could not be restored: .*"),
    PATH_DEAD("could not be restored: .*");

    final String reason;

    Fault(String reason) {
      this.reason = reason;
    }
  }

  /** One session with a server of its own. */
  private static final class Case implements AutoCloseable {
    final CountDownLatch end = new CountDownLatch(1);
    final List<PluginProcess> programs = new ArrayList<>();
    final List<TestSocket> sockets = new ArrayList<>();
    final Fault fault;
    final Path folder;
    final TestGateway gateway;
    final FrozenLink link;
    volatile TestGateway.Answer resumeAnswer =
        new TestGateway.Answer(200, "{\"SessionId\":\"x\",\"TokenValue\":\"second-token\"}");
    volatile boolean hanging;

    Case(Fault fault, Path folder) throws Exception {
      this.fault = fault;
      this.folder = folder;
      gateway = new TestGateway(this::answer);
      link = new FrozenLink(gateway.port());
      Files.writeString(folder.resolve("hosts"), "127.0.0.1 " + HOST + "\n");
      Files.writeString(
          folder.resolve("config"), "[default]\ncredential_process = sh -c 'exit 7'\n");
    }

    private TestGateway.Answer answer(String operation, String body) {
      if (operation.equals("StartSession")) {
        return new TestGateway.Answer(200, ticket("127.0.0.1"));
      }
      if (hanging) {
        awaitEnd();
      }
      return operation.equals("ResumeSession") ? resumeAnswer : new TestGateway.Answer(200, "{}");
    }

    private void awaitEnd() {
      try {
        end.await();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }

    private int port() {
      return fault == Fault.PATH_DEAD ? link.port() : gateway.port();
    }

    private String ticket(String host) {
      return gateway.ticketThrough(port(), ID).replace("127.0.0.1", host);
    }

    private Map<String, String> environment(String endpoint) {
      Map<String, String> environment = new HashMap<>(PluginProcess.environment());
      if (fault == Fault.CREDENTIALS_GONE) {
        environment.remove("AWS_ACCESS_KEY_ID");
        environment.put("AWS_CONFIG_FILE", folder.resolve("config").toString());
      }
      environment.put("AWS_ENDPOINT_URL", endpoint);
      environment.put("AWS_REGION", "us-east-1");
      environment.put("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + folder.resolve("hosts"));
      return environment;
    }

    /** A plugin, and a shell where credentials are not needed to start it, past their prompts. */
    void start() throws Exception {
      String host = fault == Fault.NAME_GONE ? HOST : "127.0.0.1";
      String endpoint = "http://" + host + ":" + port();
      Map<String, String> environment = environment(endpoint);
      programs.add(
          PluginProcess.start(
              PluginMain.class,
              environment,
              ticket(host),
              "us-east-1",
              "StartSession",
              "",
              "{\"Target\":\"i-0abc\"}",
              endpoint));
      sockets.add(shell());
      if (fault == Fault.SERVER_GONE || fault == Fault.CREDENTIALS_EXPIRED) {
        programs.add(PluginProcess.start(CliMain.class, environment, "shell", "i-0abc"));
        sockets.add(shell());
      }
      for (PluginProcess program : programs) {
        program.awaitOutput("prompt$ ");
      }
    }

    private TestSocket shell() throws Exception {
      TestSocket agent = gateway.awaitSocket();
      agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
      agent.acknowledge(agent.take());
      return agent;
    }

    void happen() throws Exception {
      switch (fault) {
        case RESUME_FAILS_FOR_EVER -> refuseResume(500, "InternalServerError", "broken");
        case RESUME_IS_ANSWERED_BY_A_PROXY ->
            resumeAnswer = new TestGateway.Answer(404, "<html>no such site</html>");
        case RESUME_IS_NEVER_ANSWERED -> hanging = true;
        case CREDENTIALS_EXPIRED ->
            refuseResume(
                400,
                "ExpiredTokenException",
                "The security token included in the request is expired");
        case CREDENTIALS_GONE -> {}
        case SERVER_GONE -> gateway.close();
        case NAME_GONE -> {
          // Until Java has forgotten the name, its server must not be of use.
          gateway.upgrades(TestGateway.Upgrades.CUT);
          Files.writeString(folder.resolve("hosts"), "");
        }
        case CHANNEL_REFUSED -> gateway.upgrades(TestGateway.Upgrades.REFUSE);
        case CHANNEL_CUT_AT_ONCE -> gateway.upgrades(TestGateway.Upgrades.CUT);
        case PATH_DEAD -> link.freeze();
      }
      if (fault != Fault.PATH_DEAD && fault != Fault.SERVER_GONE) {
        for (TestSocket socket : sockets) {
          socket.cut();
        }
      }
    }

    private void refuseResume(int status, String code, String message) {
      resumeAnswer =
          new TestGateway.Answer(
              status, "{\"__type\":\"%s\",\"message\":\"%s\"}".formatted(code, message));
    }

    @Override
    public void close() throws IOException {
      end.countDown();
      programs.forEach(PluginProcess::close);
      link.close();
      gateway.close();
    }
  }

  @TempDir private static Path temporary;
  private static final Map<Fault, Case> CASES = new EnumMap<>(Fault.class);
  private static long lost;

  @BeforeAll
  static void loseThemAll() throws Exception {
    for (Fault fault : Fault.values()) {
      Case each = new Case(fault, Files.createDirectory(temporary.resolve(fault.name())));
      CASES.put(fault, each);
      each.start();
    }
    lost = System.nanoTime();
    for (Case each : CASES.values()) {
      each.happen();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (Case each : CASES.values()) {
      each.close();
    }
    CASES.clear();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void programEndsWithTheReason(Fault fault) throws Exception {
    List<PluginProcess> programs = Objects.requireNonNull(CASES.get(fault)).programs;
    for (PluginProcess program : programs) {
      Duration left = ENDS_WITHIN.minusNanos(System.nanoTime() - lost);
      int exitCode = program.awaitExit(left.isNegative() ? Duration.ZERO : left);

      boolean plugin = program.equals(programs.getFirst());
      assertThat(exitCode).isEqualTo(plugin ? 0 : 1);
      assertThat(program.output()).isEqualTo("prompt$ ");
      assertThat(program.error().lines().toList().getLast())
          .matches(
              (plugin ? "Cannot perform start session: " : "postern: ")
                  + "(the connection )?"
                  + fault.reason);
    }
  }
}
