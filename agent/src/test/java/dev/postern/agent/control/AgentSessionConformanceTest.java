package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.TestAccount;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.RunAs;
import dev.postern.agent.shell.RunAsRefusedException;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Points 6 to 13 of checklist B of spec/agent-service.md, those about sessions; the rest is
 * AgentConformanceTest's, and what point 13 says of a crash CrashTest's.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AgentSessionConformanceTest extends NodeScene {
  private static final String SHELL = "Standard_Stream";
  private static final String COMMAND = "InteractiveCommands";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static String command(String line) {
    return "{\"linux\":{\"commands\":\"" + line + "\"}}";
  }

  private ScriptedPlugin plugin() throws Exception {
    return new ScriptedPlugin(node.service.nextSocket("/v1/data-channel/" + id).socket(), 0);
  }

  @ParameterizedTest
  @CsvSource({"Standard_Stream", "InteractiveCommands", "NonInteractiveCommands"})
  void b06TakesEverySessionTypeWithFlagsAsTextsAndMembersThatItDoesNotKnow(String type)
      throws Exception {
    node.startSession(
        id,
        type,
        """
        {"s3EncryptionEnabled":"true","cloudWatchEncryptionEnabled":"false",
         "cloudWatchStreamingEnabled":"true","runAsEnabled":"false","idleSessionTimeout":"20",
         "maxSessionDuration":"60","surprise":{"a":[1,true]},
         "shellProfile":{"linux":"echo one; exit","windows":"","plan9":"rc"}}
        """,
        """
        {"linux":{"commands":"echo one","runAsElevated":"false","separateOutputStream":"true",
         "surprise":1},"windows":{"commands":"dir"},"plan9":{}}
        """);
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("one");
      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    }
  }

  @Test
  void b07SaysThatItIsConnectedFirstAndThatItTerminatesLast() throws Exception {
    node.startSession(id, COMMAND, "", command("echo one; exit 3"));
    try (ScriptedPlugin plugin = plugin()) {
      AgentMessage first = plugin.take();
      assertThat(first.messageType()).isEqualTo(MessageType.AGENT_SESSION_STATE);
      assertThat(AgentSessionState.parse(first.payload()).sessionState())
          .isEqualTo(AgentSessionState.CONNECTED);
      plugin.acknowledge(plugin.takeStream(PayloadType.OUTPUT));
      AgentMessage last =
          plugin.take(message -> message.messageType().equals(MessageType.AGENT_SESSION_STATE));

      assertThat(AgentSessionState.parse(last.payload()).sessionState())
          .isEqualTo(AgentSessionState.TERMINATING);
      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    }
  }

  @Test
  void theProgramRunsAtItsPtyWhileTheDataChannelIsStillBeingOpened() throws Exception {
    Path terminal = temporary.resolve("terminal");
    CountDownLatch gate = new CountDownLatch(1);
    node.service.dataChannelGate = gate;
    node.startSession(id, COMMAND, "", command("tty >%s; echo one".formatted(terminal)));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(terminal) || Files.readString(terminal).isBlank()) {
      assertThat(System.nanoTime()).as("the program runs").isLessThan(deadline);
      Thread.onSpinWait();
    }
    assertThat(Files.readString(terminal)).startsWith("/dev/pts/");

    gate.countDown();
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("one");
      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    }
  }

  @Test
  void b08NeverMissesAnAcknowledgementAndAcknowledgesDuplicatesAgain() throws Exception {
    node.startSession(id, COMMAND, "", command("stty -echo; echo armed; cat"));
    try (ScriptedPlugin plugin = plugin()) {
      plugin.acknowledge(plugin.takeStream(PayloadType.OUTPUT));
      List<Long> numbers = new ArrayList<>();
      for (int line = 0; line < 100; line++) {
        AgentMessage typed = plugin.type("line\n");
        plugin.repeat(typed);
        AgentMessage output = plugin.takeStream(PayloadType.OUTPUT);
        plugin.acknowledge(output);
        numbers.add(output.sequenceNumber());
      }

      assertThat(numbers).doesNotHaveDuplicates();
      AgentMessage last = plugin.type("last\n");
      plugin.takeAcknowledge(last.sequenceNumber());
      plugin.repeat(last);
      plugin.takeAcknowledge(last.sequenceNumber());
    }
    node.closeSession(id);
    node.nextComplete();
  }

  @Test
  void b09SendsLargePayloadsWithoutPauses() throws Exception {
    int bytes = 4_000_000;
    node.startSession(id, COMMAND, "", command("stty -opost; head -c " + bytes + " /dev/zero"));
    try (ScriptedPlugin plugin = plugin()) {
      int messages = 0;
      for (int left = bytes; left > 0; messages++) {
        AgentMessage output = plugin.takeStream(PayloadType.OUTPUT);
        plugin.acknowledge(output);
        left -= output.payload().remaining();
      }

      // The official agent's payloads of 1 KiB would be four thousand, with a pause after each.
      assertThat(messages).isLessThan(bytes / 1024 / 2);
    }
    node.nextComplete();
  }

  @Test
  void b10ResolvesRunAsByTagThenDefaultThenSsmUserAndIsNobodysRoot() throws Exception {
    Account root = new Account("root", 0, 0, "/root", "/bin/sh");
    RunAs runAs =
        new RunAs(
            root,
            name ->
                Optional.of(name.equals("root") ? root : new Account(name, 1, 1, "/h", "/bin/sh")));

    assertThat(runAs.resolve(new RunAs.Wish(false, true, "tag", "default")).name())
        .isEqualTo("tag");
    assertThat(runAs.resolve(new RunAs.Wish(false, true, "", "default")).name())
        .isEqualTo("default");
    assertThat(runAs.resolve(new RunAs.Wish(false, false, "tag", "default")).name())
        .isEqualTo("ssm-user");
    assertThat(runAs.resolve(new RunAs.Wish(true, true, "tag", "default"))).isEqualTo(root);
    assertThatThrownBy(() -> runAs.resolve(new RunAs.Wish(false, true, "root", "")))
        .isInstanceOf(RunAsRefusedException.class);
  }

  @Test
  void b10TakesHomeNamesAndShellFromTheAccountAndStartsInItsHome() throws Exception {
    assumeTrue(Account.current().isRoot());
    Path home = temporary.resolve("home");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    NodeFixture real =
        new NodeFixture(temporary.resolve("other"), new RunAs(Account.current(), Account::named));
    try (TestAccount account = TestAccount.create("-s", "/bin/bash", "-d", home.toString())) {
      String inputs =
          "{\"runAsEnabled\":true,\"runAsDefaultUser\":\"%s\"}".formatted(account.name());
      real.startSession(
          id, COMMAND, inputs, command("echo $HOME=$USER=$LOGNAME=$SHELL=$PWD=$(id -un)="));
      try (ClientEnd client = real.client(id)) {
        client.awaitOutput("%s=%s=%2$s=/bin/bash=%1$s=%2$s=".formatted(home, account.name()));
        real.nextComplete();
      }
    } finally {
      real.close();
    }
  }

  @Test
  void b11KeepsItsOwnEnvironmentFromSessions() throws Exception {
    node.startSession(id, COMMAND, "", command("env; echo that is all"));
    try (ClientEnd client = node.client(id)) {
      String seen = client.awaitOutput("that is all");

      assertThat(seen).contains("HOME=", "TERM=xterm-256color");
      assertThat(NodeFixture.ENVIRONMENT)
          .allSatisfy((name, value) -> assertThat(seen).doesNotContain(name, value));
      node.nextComplete();
    }
  }

  @Test
  void b12HangsUpATerminatedSessionAndKillsWhatGoesOn() throws Exception {
    Path hungUp = temporary.resolve("hung-up");
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      Survivor survivor = Survivor.start(client, temporary.resolve("pid"));
      client.type(
          "sh -c 'trap \"echo 1 >"
              + hungUp
              + "\" HUP; echo arm''ed; while :; do sleep 0.1; done'\n");
      client.awaitOutput("armed");

      node.closeSession(id);

      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
      assertThat(hungUp).exists();
      assertThat(survivor.isAlive()).isFalse();
    }
  }

  @Test
  void b13EndsItsSessionsWithItselfAndReportsThem() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      Survivor survivor = Survivor.start(client, temporary.resolve("pid"));
      Thread stopping = Thread.ofVirtual().start(this::stopAgent);
      AgentTaskComplete complete = node.nextComplete();
      stopping.join();

      assertThat(complete.taskId()).isEqualTo(id);
      assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.CANCELLED);
      assertThat(survivor.isAlive()).isFalse();
    }
    node.startAgent();
  }

  private void stopAgent() {
    try {
      node.stopAgent();
    } catch (InterruptedException ended) {
      throw new IllegalStateException(ended);
    }
  }
}
