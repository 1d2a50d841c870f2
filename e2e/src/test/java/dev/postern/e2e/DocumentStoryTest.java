package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Session documents with the real AWS CLI: preferences as the guide sets them, and own documents.
 */
@Timeout(240)
class DocumentStoryTest {
  private static final String PREFERENCES = "SSM-SessionManagerRunShell";

  private static final String GUIDES_UPDATE =
      """
      aws ssm update-document \\
        --name "SSM-SessionManagerRunShell" \\
        --document-version '$LATEST' \\
        --content '{
          "schemaVersion": "1.0",
          "description": "Session Manager preferences",
          "sessionType": "Standard_Stream",
          "inputs": {
            "s3BucketName": "my-session-logs-bucket",
            "s3KeyPrefix": "session-logs",
            "s3EncryptionEnabled": true,
            "cloudWatchLogGroupName": "/ssm/session-logs",
            "cloudWatchEncryptionEnabled": true,
            "idleSessionTimeout": "20",
            "maxSessionDuration": "120",
            "kmsKeyId": "arn:aws:kms:us-east-1:123456789:key/abc-123",
            "runAsEnabled": true,
            "runAsDefaultUser": "ec2-user",
            "shellProfile": {
              "linux": "/bin/bash",
              "windows": ""
            }
          }
        }'
      """;

  private static final String GREETING =
      """
      schemaVersion: '1.0'
      description: Greets in version %s
      sessionType: InteractiveCommands
      parameters:
        word:
          type: String
          description: What to say
          allowedPattern: ^[a-z]+$
      properties:
        linux:
          commands: echo greeting-%s-{{ word }}
      """;

  @TempDir static Path temporary;
  private static RunningServer server;
  private static RunningAgent agent;
  private static Shell shell;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningServer(temporary.resolve("server"));
    shell = server.shell();
    agent = RunningAgent.enrol(server, temporary.resolve("agent"));
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {agent, server}) {
      if (part != null) {
        part.close();
      }
    }
  }

  private static String ssm(String... arguments) {
    return call(arguments).orFail().out();
  }

  private static Finished call(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "ssm";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return shell.run(server.awsCommand(all));
  }

  private static void assertRefused(String code, String message, String... arguments) {
    Finished refused = call(arguments);
    assertThat(refused.exitCode()).as(refused.out()).isNotZero();
    assertThat(refused.err()).contains("(" + code + ")", message);
  }

  /** A session on a terminal, which the official plugin needs. */
  private static Terminal session(String... arguments) throws Exception {
    String command =
        String.join(" ", server.awsCommand("ssm", "start-session", "--target", agent.instanceId()));
    return new Terminal(
        shell.with("POSTERN_STTY_BEFORE", temporary.resolve("stty").toString()),
        100,
        30,
        command + " " + String.join(" ", arguments));
  }

  @Test
  void guidesPreferencesAreInForceForTheNextSession() throws Exception {
    // Old versions of the CLI know no variable for the endpoint.
    String script = "aws() { command aws --endpoint-url \"$URL\" \"$@\"; }\n" + GUIDES_UPDATE;
    Shell typing = shell.with("URL", server.url().toString());

    Finished first = typing.run(List.of("sh", "-c", script)).orFail();
    Finished second = typing.run(List.of("sh", "-c", script));

    assertThat(Json.text(first.out(), "Status")).isEqualTo("Updating");
    assertThat(Json.text(first.out(), "LatestVersion")).isEqualTo("2");
    assertThat(Json.text(first.out(), "DefaultVersion")).isEqualTo("1");
    assertThat(second.exitCode()).isNotZero();
    assertThat(second.err())
        .contains(
            "(DuplicateDocumentContent) when calling the UpdateDocument operation: The content of"
                + " the association document matches another document.");
    try (Terminal terminal = session()) {
      String id = terminal.screen().expect("SessionId: (\\S+)").group(1);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> maxSessionDuration(id).equals("120"));
      ssm("terminate-session", "--session-id", id);
    }

    shellProfileIsInForce();
    plainSessionNeedsNoPreferences();
  }

  /** Nothing where the session is in the other list. */
  private static String maxSessionDuration(String id) {
    StringBuilder found = new StringBuilder();
    for (String state : List.of("Active", "History")) {
      found.append(
          ssm(
              "describe-sessions",
              "--state",
              state,
              "--filters",
              "key=SessionId,value=" + id,
              "--query",
              "Sessions[].MaxSessionDuration",
              "--output",
              "text"));
    }
    return found.toString().strip();
  }

  private static void shellProfileIsInForce() throws Exception {
    ssm(
        "update-document",
        "--name",
        PREFERENCES,
        "--document-version",
        "$LATEST",
        "--document-format",
        "YAML",
        "--content",
        """
        schemaVersion: '1.0'
        sessionType: Standard_Stream
        inputs:
          shellProfile:
            linux: echo from-the-''profile
        """);
    try (Terminal terminal = session()) {
      terminal.screen().expect("from-the-profile");
      terminal.type("exit\r");
      assertThat(terminal.exitCode()).isZero();
    }
  }

  private static void plainSessionNeedsNoPreferences() throws Exception {
    ssm("delete-document", "--name", PREFERENCES);

    assertRefused(
        "InvalidDocument",
        "Document with name " + PREFERENCES + " does not exist.",
        "get-document",
        "--name",
        PREFERENCES);
    try (Terminal terminal = session()) {
      terminal.screen().expect("SessionId: (\\S+)");
      terminal.type("echo without-''any\r");
      terminal.screen().expect("without-any");
      terminal.type("exit\r");
      assertThat(terminal.exitCode()).isZero();
    }
  }

  private static void create(String name, String content, String... more) {
    String[] arguments = {
      "create-document",
      "--name",
      name,
      "--document-type",
      "Session",
      "--document-format",
      "YAML",
      "--content",
      content
    };
    String[] all = new String[arguments.length + more.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    ssm(all);
  }

  private static String update(String name, String version, String content) {
    return ssm(
        "update-document",
        "--name",
        name,
        "--document-version",
        version,
        "--document-format",
        "YAML",
        "--content",
        content);
  }

  @Test
  void ownDocumentRunsInItsDefaultVersionWithParametersThatItAllows() throws Exception {
    create("Own-Greeting", GREETING.formatted("1", "one"));
    update("Own-Greeting", "1", GREETING.formatted("2", "two"));

    try (Terminal terminal =
        session("--document-name", "Own-Greeting", "--parameters", "word=hello")) {
      terminal.screen().expect("greeting-one-hello");
      assertThat(terminal.exitCode()).isZero();
    }
    ssm("update-document-default-version", "--name", "Own-Greeting", "--document-version", "2");
    try (Terminal terminal =
        session(
            "--document-name",
            "arn:aws:ssm:us-east-1:123456789012:document/Own-Greeting",
            "--parameters",
            "'{\"word\":[\"again\"]}'")) {
      terminal.screen().expect("greeting-two-again");
      assertThat(terminal.exitCode()).isZero();
    }
  }

  @Test
  void parametersThatADocumentDoesNotAllowStartNothing() {
    create("Own-Strict", GREETING.formatted("1", "one"));

    assertNotStarted("InvalidParameters", "requires a value", "Own-Strict", "{}");
    assertNotStarted(
        "InvalidParameters",
        "\"loud\" is not defined",
        "Own-Strict",
        "{\"word\":[\"a\"],\"loud\":[\"b\"]}");
    for (String bad : List.of("A", "a;id", "a\\nb", "{{ word }}")) {
      assertNotStarted(
          "InvalidParameters",
          "does not match the pattern ^[a-z]+$.",
          "Own-Strict",
          "{\"word\":[\"" + bad + "\"]}");
    }
    for (String port : List.of("0", "70000")) {
      assertNotStarted(
          "InvalidParameters",
          "\"portNumber\" does not match the pattern",
          "AWS-StartPortForwardingSession",
          "{\"portNumber\":[\"" + port + "\"]}");
    }
    assertNotStarted(
        "InvalidDocument", "No-Such-Document does not exist", "No-Such-Document", "{}");
    assertNotStarted("ValidationException", "documentName", "a b", "{}");
  }

  private static void assertNotStarted(
      String code, String message, String document, String parameters) {
    assertRefused(
        code,
        message,
        "start-session",
        "--target",
        agent.instanceId(),
        "--document-name",
        document,
        "--parameters",
        parameters);
  }

  @Test
  void documentLivesFromItsCreationToItsDeletion() {
    create(
        "Own-Life",
        GREETING.formatted("1", "one"),
        "--version-name",
        "v1",
        "--tags",
        "Key=team,Value=network",
        "Key=stage,Value=lab");
    String described = ssm("describe-document", "--name", "Own-Life");
    assertThat(Json.text(described, "Status")).isEqualTo("Active");
    assertThat(Json.text(described, "Hash")).matches("[0-9a-f]{64}");
    assertThat(described).contains("\"word\"", "\"network\"", "Greets in version 1", "MacOS");

    assertThat(
            Json.text(
                update("Own-Life", "$LATEST", GREETING.formatted("2", "two")), "DocumentVersion"))
        .isEqualTo("2");
    assertThat(
            ssm(
                "list-document-versions",
                "--name",
                "Own-Life",
                "--query",
                "DocumentVersions[].[DocumentVersion,IsDefaultVersion,VersionName]",
                "--output",
                "text"))
        .isEqualTo("2\tFalse\tNone\n1\tTrue\tv1\n");
    assertThat(ssm("get-document", "--name", "Own-Life", "--version-name", "v1"))
        .contains("greeting-one", "\"DocumentFormat\": \"JSON\"");
    assertThat(
            ssm(
                "get-document",
                "--name",
                "Own-Life",
                "--document-version",
                "$LATEST",
                "--document-format",
                "YAML",
                "--query",
                "Content",
                "--output",
                "text"))
        .isEqualTo(GREETING.formatted("2", "two") + "\n");

    tagsAreFoundAndChanged();
    sharingHoldsTheDocument();
    assertRefused(
        "InvalidDocumentOperation",
        "Default version of the document can't be deleted.",
        "delete-document",
        "--name",
        "Own-Life",
        "--document-version",
        "1");
    ssm("delete-document", "--name", "Own-Life", "--document-version", "2");
    ssm("delete-document", "--name", "Own-Life");
    assertRefused(
        "InvalidDocument", "Own-Life does not exist", "describe-document", "--name", "Own-Life");
  }

  private static String listed(String... filters) {
    String[] arguments = {
      "list-documents",
      "--query",
      "DocumentIdentifiers[].Name",
      "--output",
      "text",
      "--page-size",
      "2",
      "--filters"
    };
    String[] all = new String[arguments.length + filters.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(filters, 0, all, arguments.length, filters.length);
    return String.join(" ", ssm(all).strip().split("\\s+"));
  }

  private static void tagsAreFoundAndChanged() {
    assertThat(listed("Key=Owner,Values=Self", "Key=tag:team,Values=network"))
        .isEqualTo("Own-Life");
    ssm(
        "add-tags-to-resource",
        "--resource-type",
        "Document",
        "--resource-id",
        "Own-Life",
        "--tags",
        "Key=team,Value=storage");
    ssm(
        "remove-tags-from-resource",
        "--resource-type",
        "Document",
        "--resource-id",
        "Own-Life",
        "--tag-keys",
        "stage");
    assertThat(
            ssm(
                "list-tags-for-resource",
                "--resource-type",
                "Document",
                "--resource-id",
                "Own-Life",
                "--query",
                "TagList[].[Key,Value]",
                "--output",
                "text"))
        .isEqualTo("team\tstorage\n");
    assertThat(listed("Key=tag:team,Values=network")).isEmpty();
    assertThat(listed("Key=Name,Values=Own-Li")).isEqualTo("Own-Life");
    assertThat(listed("Key=Owner,Values=Amazon", "Key=Name,Values=AWS-Start"))
        .isEqualTo(
            "AWS-StartInteractiveCommand AWS-StartNonInteractiveCommand"
                + " AWS-StartPortForwardingSession AWS-StartPortForwardingSessionToRemoteHost"
                + " AWS-StartPortForwardingSessionToSocket AWS-StartSSHSession");
    assertRefused("InvalidFilterKey", "Size", "list-documents", "--filters", "Key=Size,Values=1");
  }

  private static void sharingHoldsTheDocument() {
    share("--account-ids-to-add");
    assertThat(
            ssm("describe-document-permission", "--name", "Own-Life", "--permission-type", "Share"))
        .contains("111122223333", "$DEFAULT");
    assertRefused(
        "InvalidDocumentOperation",
        "You must stop sharing the document before you can delete it.",
        "delete-document",
        "--name",
        "Own-Life");
    share("--account-ids-to-remove");
  }

  private static void share(String change) {
    ssm(
        "modify-document-permission",
        "--name",
        "Own-Life",
        "--permission-type",
        "Share",
        change,
        "111122223333");
  }

  private static void assertContentRefused(String code, String message, String content) {
    assertRefused(
        code,
        message,
        "create-document",
        "--name",
        "Own-Bad",
        "--document-type",
        "Session",
        "--content",
        content);
  }

  @Test
  void documentsThatCannotBeAreRefusedWithTheirPlace() {
    assertContentRefused(
        "InvalidDocumentContent", "JSON not well-formed. at Line: 1, Column:", "nonsense");
    assertContentRefused(
        "InvalidDocumentContent",
        "\"99\" is no whole number of minutes from 1 to 60\" - parent node:"
            + " /inputs/idleSessionTimeout]",
        "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\","
            + "\"inputs\":{\"idleSessionTimeout\":\"99\"}}");
    assertContentRefused(
        "InvalidDocumentSchemaVersion",
        "2.0 is not a valid schema version for Session document type",
        "{\"schemaVersion\":\"2.0\"}");
    assertRefused(
        "ValidationException",
        "Member must satisfy enum value set: [Session]",
        "create-document",
        "--name",
        "Own-Bad",
        "--content",
        "{\"schemaVersion\":\"2.2\",\"mainSteps\":[]}");
    assertRefused(
        "AccessDeniedException",
        "arn:aws:ssm:us-east-1::document/AWS-StartSSHSession",
        "delete-document",
        "--name",
        "AWS-StartSSHSession");
    assertRefused(
        "InvalidDocument", "Own-Bad does not exist", "describe-document", "--name", "Own-Bad");
  }
}
