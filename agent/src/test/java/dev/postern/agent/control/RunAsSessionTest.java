package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.TestAccount;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.RunAs;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Preferences about the account of a session, in force on root's agent with real accounts. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RunAsSessionTest {
  private static final String SHELL = "Standard_Stream";
  private static final String REFUSED = "Unable to start command: ";

  @TempDir private Path temporary;
  private NodeFixture node;
  private TestAccount account;
  private final String id = NodeFixture.newSessionId();

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Account.current().isRoot());
    account = TestAccount.create("-s", "/bin/bash");
    node = new NodeFixture(temporary.resolve("data"), new RunAs(Account.current(), Account::named));
  }

  @AfterEach
  void stop() throws Exception {
    if (node != null) {
      node.close();
      account.close();
    }
  }

  /**
   * A session with preferences.
   *
   * @param tag of the caller
   */
  private void start(String type, String inputs, String properties, String tag) throws Exception {
    JsonObject none = new JsonObject(Map.of());
    DocumentContent document =
        new DocumentContent(
            "1.0", "", type, Json.readObject(inputs), none, Json.readObject(properties));
    node.startSession(new SessionContent("doc", id, "arn", tag, none, document));
  }

  private static String runAs(String defaultUser) {
    return "{\"runAsEnabled\":true,\"runAsDefaultUser\":\"%s\"}".formatted(defaultUser);
  }

  private void assertShellOf(String user) throws Exception {
    try (ClientEnd client = node.client(id)) {
      client.type("echo user=$(id -un)=; exit\n");
      client.awaitOutput("user=" + user + "=");
      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    }
  }

  @Test
  void defaultUserOfTheDocumentIsTaken() throws Exception {
    start(SHELL, runAs(account.name()), "{}", "");

    assertShellOf(account.name());
  }

  @Test
  void tagOfTheCallerBeatsTheDefaultUser() throws Exception {
    start(SHELL, runAs("daemon"), "{}", account.name());

    assertShellOf(account.name());
  }

  @Test
  void namesDoNotCountWhileRunAsIsOff() throws Exception {
    assumeTrue(Account.named(RunAs.DEFAULT_ACCOUNT).isEmpty(), "sessions would be ssm-user's");
    start(
        SHELL,
        "{\"runAsEnabled\":false,\"runAsDefaultUser\":\"%s\"}".formatted(account.name()),
        "{}",
        account.name());

    assertShellOf("root");
  }

  @Test
  void shellProfileRunsInTheAccountsShell() throws Exception {
    start(
        SHELL,
        "{\"runAsEnabled\":\"true\",\"runAsDefaultUser\":\"%s\",".formatted(account.name())
            + "\"shellProfile\":{\"linux\":\"cd /var; echo in=$PWD=$(id -un)=\"}}",
        "{}",
        "");
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("in=/var=" + account.name() + "=");
      client.type("exit\n");
      node.nextComplete();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', please set the RunAs default user",
    "ghost, '', failed to start pty since RunAs user ghost does not exist",
    "root, '', invalid uid and gid",
    "daemon, root, invalid uid and gid",
    "daemon, ghost, failed to start pty since RunAs user ghost does not exist"
  })
  void userThatCannotBeIsRefusedInAwsWords(String defaultUser, String tag, String words)
      throws Exception {
    start(SHELL, runAs(defaultUser), "{}", tag);

    AgentTaskComplete complete = node.nextComplete();
    assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
    assertThat(complete.output()).startsWith(REFUSED + words);
  }

  @Test
  void elevatedCommandRunsAsRootWhateverTheNames() throws Exception {
    start(
        "InteractiveCommands",
        runAs(account.name()),
        "{\"linux\":{\"commands\":\"echo user=$(id -un)=\",\"runAsElevated\":\"true\"}}",
        account.name());
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("user=root=");
      node.nextComplete();
    }
  }

  @Test
  void commandThatIsNotElevatedRunsAsTheUser() throws Exception {
    start(
        "NonInteractiveCommands",
        runAs(account.name()),
        "{\"linux\":{\"commands\":\"id -un\",\"separateOutputStream\":true}}",
        "");
    try (ClientEnd client = node.client(id)) {
      node.nextComplete();
      assertThat(client.output()).isEqualTo(account.name() + "\n");
      assertThat(client.exitCode()).isEqualTo("EXIT_CODE: 0");
    }
  }
}
