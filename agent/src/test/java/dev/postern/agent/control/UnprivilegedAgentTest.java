package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.AgentProgram;
import dev.postern.agent.FakeService;
import dev.postern.agent.FakeSocket;
import dev.postern.agent.TestAccount;
import dev.postern.agent.shell.Account;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program, started by an account that is not root. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UnprivilegedAgentTest {
  @TempDir private static Path temporary;
  private static TestAccount account;
  private static FakeService service;
  private static AgentProgram program;
  private static Process running;
  private static FakeSocket control;
  private final String id = NodeFixture.newSessionId();

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Account.current().isRoot(), "only root can become another account");
    service = new FakeService();
    program = new AgentProgram(temporary);
    account = TestAccount.create("-s", "/bin/bash");
    AgentProgram.Finished registered =
        AgentProgram.run(asAccount(register()), environment(), FakeService.CODE + "\n").orFail();
    assertThat(registered.out()).contains("Registered as " + FakeService.NODE);
    running = AgentProgram.start(asAccount(program.command("run")), environment());
    control = service.nextSocket("/v1/control-channel/").socket();
  }

  @AfterAll
  static void stop() throws Exception {
    if (running != null) {
      running.destroy();
      assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    if (account != null) {
      account.close();
    }
    if (service != null) {
      service.close();
    }
  }

  private static Map<String, String> environment() throws Exception {
    return Map.of("HOME", account.account().home());
  }

  private static List<String> register(String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "register",
                "--endpoint",
                service.endpoint().toString(),
                "--activation-id",
                "11111111-2222-3333-4444-555555555555"));
    arguments.addAll(List.of(options));
    return program.command(arguments.toArray(String[]::new));
  }

  private static List<String> asAccount(List<String> command) throws Exception {
    List<String> whole =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--reuid=" + account.account().uid(),
                "--regid=" + account.account().gid(),
                "--init-groups"));
    whole.addAll(command);
    return whole;
  }

  private void startSession(String type, String inputs, String properties) throws Exception {
    JsonObject none = new JsonObject(Map.of());
    DocumentContent document =
        new DocumentContent(
            "1.0", "", type, Json.readObject(inputs), none, Json.readObject(properties));
    NodeFixture.startSession(control, new SessionContent("doc", id, "arn", "", none, document));
  }

  private void startShell(String inputs) throws Exception {
    startSession("Standard_Stream", inputs, "{}");
  }

  private static String refusal() throws Exception {
    AgentTaskComplete complete = NodeFixture.nextComplete(control);
    assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
    return complete.output();
  }

  @Test
  void stateIsInItsHomeForItselfAlone() throws Exception {
    Path state = Path.of(account.account().home(), ".local/state/postern-agent");

    assertThat(Files.getOwner(state).getName()).isEqualTo(account.name());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rwx------");
    assertThat(state.resolve("registration.json")).exists();
  }

  @Test
  void shellIsItsOwn() throws Exception {
    startShell("{}");
    try (ClientEnd client = node()) {
      client.type("echo user=$(id -un)=$HOME=$PWD=; exit\n");
      client.awaitOutput("user=%s=/home/%<s=/home/%<s=".formatted(account.name()));
      assertThat(NodeFixture.nextComplete(control).finalTaskStatus())
          .isEqualTo(AgentTaskComplete.SUCCESS);
    }
  }

  private ClientEnd node() {
    return new ClientEnd(service, id);
  }

  @Test
  void runAsItselfIsNoChange() throws Exception {
    startShell("{\"runAsEnabled\":true,\"runAsDefaultUser\":\"%s\"}".formatted(account.name()));
    try (ClientEnd client = node()) {
      client.type("echo user=$(id -un)=; exit\n");
      client.awaitOutput("user=" + account.name() + "=");
      NodeFixture.nextComplete(control);
    }
  }

  @Test
  void runAsAnotherIsRefusedWithTheReason() throws Exception {
    startShell("{\"runAsEnabled\":true,\"runAsDefaultUser\":\"daemon\"}");

    assertThat(refusal())
        .contains("does not run as root", "cannot become the RunAs user daemon", account.name());
  }

  @Test
  void elevatedCommandIsRefusedWithTheReason() throws Exception {
    startSession(
        "InteractiveCommands", "{}", "{\"linux\":{\"commands\":\"id\",\"runAsElevated\":true}}");

    assertThat(refusal()).contains("runAsElevated", "does not run as root");
  }

  @Test
  void endOfASessionEndsWhatItStarted() throws Exception {
    startShell("{}");
    try (ClientEnd client = node()) {
      Survivor survivor = Survivor.start(client, Path.of(account.account().home(), "pid"));
      assertThat(survivor.isAlive()).isTrue();
      client.type("exit\n");
      NodeFixture.nextComplete(control);

      assertThat(survivor.isAlive()).isFalse();
    }
  }

  @Test
  void directoryOfRootIsRefusedInOneLine() throws Exception {
    AgentProgram.Finished refused =
        AgentProgram.run(
            asAccount(register("--data", "/root/postern-agent")), environment(), FakeService.CODE);

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("/root/postern-agent", "permission denied").hasLineCount(1);
  }
}
