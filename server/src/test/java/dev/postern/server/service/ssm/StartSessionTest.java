package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentOutcome;
import dev.postern.server.store.Documents;
import dev.postern.server.store.SessionFilter;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTask;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionResponse;

class StartSessionTest {
  private static final String NODE = "mi-0123456789abcdef0";

  @TempDir Path directory;
  private SystemsManagerFixture ssm;
  private StartSession startSession;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    startSession = new StartSession(ssm.parts);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  @Test
  void connectedNodeGetsTheTaskAndTheClientATokenForItsSessionOnly() throws Exception {
    ssm.connect(NODE);

    StartSessionResponse answer =
        ssm.run(startSession, StartSessionRequest.builder().target(NODE).reason("why").build());

    assertThat(answer.sessionId()).matches("admin-[0-9a-z]{26}");
    assertThat(answer.streamUrl())
        .isEqualTo(
            "wss://localhost:8443/v1/data-channel/"
                + answer.sessionId()
                + "?role=publish_subscribe");
    assertThat(ssm.store.tokens().redeem(Tokens.Kind.CLIENT_DATA_CHANNEL, answer.tokenValue()))
        .contains(answer.sessionId());
    AgentTask task =
        AgentTask.parse(ByteBuffer.wrap(ssm.started.getFirst().task().getBytes(UTF_8)));
    assertThat(task.content().sessionId()).isEqualTo(answer.sessionId());
    assertThat(task.content().documentContent().sessionType()).isEqualTo("Standard_Stream");
    SessionRecord record =
        ssm.store.sessions().find(new SessionId(answer.sessionId())).orElseThrow();
    assertThat(record.status()).isEqualTo(SessionRecord.Status.Connecting);
    assertThat(record.reason()).contains("why");
    assertThat(record.ownerArn()).isEqualTo("arn:aws:iam::123456789012:user/admin");
  }

  @Test
  void unconnectedTargetIsRefusedAndLeavesNoRecord() {
    assertFault("TargetNotConnected", StartSessionRequest.builder().target(NODE).build());

    assertThat(
            ssm.store.sessions().page(false, SessionFilter.NONE, Optional.empty(), 10).sessions())
        .isEmpty();
    assertThat(ssm.store.sessions().page(true, SessionFilter.NONE, Optional.empty(), 10).sessions())
        .isEmpty();
  }

  @Test
  void parametersReachTheNodeBoundToTheirDefinitions() throws Exception {
    ssm.connect(NODE);

    ssm.run(startSession, command(Map.of("command", List.of("echo 'a b'"))));

    AgentTask task =
        AgentTask.parse(ByteBuffer.wrap(ssm.started.getFirst().task().getBytes(UTF_8)));
    assertThat(task.content().parameters().string("command")).isEqualTo("echo 'a b'");
    assertThat(task.content().documentName()).isEqualTo("AWS-StartNonInteractiveCommand");
  }

  @Test
  void parametersThatTheDocumentDoesNotTakeAreRefused() {
    ssm.connect(NODE);

    assertFault("InvalidParameters", command(Map.of()));
    assertFault("InvalidParameters", command(Map.of("command", List.of("a", "b"))));
    assertFault("InvalidParameters", command(Map.of("command", List.of("a"), "x", List.of("b"))));
    assertThat(ssm.started).isEmpty();
  }

  @Test
  void portsAndHostsThatCannotBeAreRefused() {
    ssm.connect(NODE);

    for (String port : List.of("0", "70000", "65536", "-1", "22;id", " 22")) {
      assertFault(
          "InvalidParameters",
          document("AWS-StartPortForwardingSession", Map.of("portNumber", List.of(port))));
      assertFault(
          "InvalidParameters",
          document("AWS-StartSSHSession", Map.of("portNumber", List.of(port))));
    }
    assertFault(
        "InvalidParameters",
        document(
            "AWS-StartPortForwardingSessionToRemoteHost", Map.of("host", List.of("a;reboot"))));
    assertFault(
        "InvalidParameters",
        document(
            "AWS-StartPortForwardingSessionToSocket", Map.of("remoteUnixSocket", List.of("run"))));
    assertFault(
        "InvalidParameters", document("AWS-PasswordReset", Map.of("username", List.of("-x"))));
    assertThat(ssm.started).isEmpty();
  }

  @Test
  void everyShippedDocumentStartsWithItsDefaults() throws Exception {
    ssm.connect(NODE);

    ssm.run(startSession, document("AWS-StartPortForwardingSession", Map.of()));
    ssm.run(startSession, document("AWS-StartPortForwardingSessionToRemoteHost", Map.of()));
    ssm.run(startSession, document("AWS-StartSSHSession", Map.of()));

    assertThat(ssm.started)
        .extracting(start -> AgentTask.parse(ByteBuffer.wrap(start.task().getBytes(UTF_8))))
        .extracting(task -> task.content().parameters().string("portNumber"))
        .containsExactly("80", "80", "22");
  }

  private static StartSessionRequest document(String name, Map<String, List<String>> parameters) {
    return StartSessionRequest.builder()
        .target(NODE)
        .documentName(name)
        .parameters(parameters)
        .build();
  }

  @Test
  void unknownDocumentIsRefused() {
    ssm.connect(NODE);

    assertFault(
        "InvalidDocument",
        StartSessionRequest.builder().target(NODE).documentName("No-Such").build());
  }

  @Test
  void documentOfAnotherAccountOrRegionIsUnknownHere() throws Exception {
    ssm.connect(NODE);
    String own = "arn:aws:ssm:us-east-1:123456789012:document/SSM-SessionManagerRunShell";

    for (String foreign :
        List.of(
            own.replace("123456789012", "111122223333"),
            own.replace("us-east-1", "eu-west-1"),
            "arn:aws:ssm:us-east-1:123456789012:document/AWS-StartSSHSession")) {
      assertFault(
          "InvalidDocument",
          StartSessionRequest.builder().target(NODE).documentName(foreign).build());
      assertThat(
              startSession
                  .question(
                      StartSessionRequest.builder().target(NODE).documentName(foreign).build(),
                      SystemsManagerFixture.administrator())
                  .resources())
          .contains(foreign);
    }

    ssm.run(startSession, document(own, Map.of()));
    ssm.run(
        startSession, document("arn:aws:ssm:us-east-1::document/AWS-StartSSHSession", Map.of()));
    assertThat(ssm.started).hasSize(2);
  }

  @Test
  void preferencesAreUsedInTheirNewestVersionAndOthersInTheirDefaultVersion() throws Exception {
    ssm.connect(NODE);
    for (String name : List.of(Store.PREFERENCES_DOCUMENT, "Own-Document")) {
      put(name, "{\"s3KeyPrefix\":\"first\"}");
      put(name, "{\"s3KeyPrefix\":\"second\"}");
    }

    ssm.run(startSession, StartSessionRequest.builder().target(NODE).build());
    ssm.run(startSession, document(Store.PREFERENCES_DOCUMENT, Map.of()));
    ssm.run(startSession, document("Own-Document", Map.of()));

    assertThat(ssm.started)
        .extracting(start -> AgentTask.parse(ByteBuffer.wrap(start.task().getBytes(UTF_8))))
        .extracting(task -> task.content().documentContent().inputs().string("s3KeyPrefix"))
        .containsExactly("second", "second", "first");
  }

  /** As the console's first visit does it, and every later save. */
  private void put(String name, String inputs) {
    var document =
        new Documents.NewDocument(
            name,
            "Session",
            DocumentLabels.of("JSON", Optional.empty()),
            "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":"
                + inputs
                + "}",
            Map.of());
    Documents documents = ssm.store.documents();
    if (documents.create(document, ssm.clock.now()) == DocumentOutcome.NAME_TAKEN) {
      long latest = documents.find(name, "$LATEST").orElseThrow().version();
      documents.addVersion(document, latest, ssm.clock.now());
    }
  }

  @Test
  void withoutPreferencesTheBuiltInOnesHold() throws Exception {
    ssm.connect(NODE);
    ssm.store.documents().delete(Store.PREFERENCES_DOCUMENT);

    ssm.run(startSession, StartSessionRequest.builder().target(NODE).build());

    AgentTask task =
        AgentTask.parse(ByteBuffer.wrap(ssm.started.getFirst().task().getBytes(UTF_8)));
    assertThat(task.content().documentName()).isEqualTo(Store.PREFERENCES_DOCUMENT);
    assertThat(task.content().documentContent().sessionType()).isEqualTo("Standard_Stream");
    assertThat(task.content().documentContent().inputs().members())
        .containsExactly(Map.entry("idleSessionTimeout", "20"));
    assertFault("InvalidDocument", document(Store.PREFERENCES_DOCUMENT, Map.of()));
  }

  @Test
  void badMembersAreToldAllAtOnce() {
    assertThatThrownBy(() ->
            startSession.validate(
                StartSessionRequest.builder().target("x".repeat(401)).documentName("a b").build()))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo("ValidationException");
              assertThat(fault.message())
                  .startsWith("2 validation errors detected: ")
                  .contains("'target'", "'documentName'");
            });
  }

  private static StartSessionRequest command(Map<String, List<String>> parameters) {
    return StartSessionRequest.builder()
        .target(NODE)
        .documentName("AWS-StartNonInteractiveCommand")
        .parameters(parameters)
        .build();
  }

  private void assertFault(String code, StartSessionRequest request) {
    assertThatThrownBy(() -> ssm.run(startSession, request))
        .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code));
  }
}
