package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.store.SessionFilter;
import dev.postern.server.store.SessionRecord;
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
  void unknownDocumentIsRefused() {
    ssm.connect(NODE);

    assertFault(
        "InvalidDocument",
        StartSessionRequest.builder().target(NODE).documentName("No-Such").build());
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
