package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentOutcome;
import dev.postern.server.store.Documents.NewDocument;
import dev.postern.server.store.SessionFilter;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.Store;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ssm.model.DescribeSessionsRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;

/** Which limits a new session gets: from its document, the account's preferences, or AWS. */
class SessionLimitsInForceTest {
  private static final String NODE = "mi-0123456789abcdef0";

  @TempDir Path directory;
  private SystemsManagerFixture ssm;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    ssm.connect(NODE);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  private static NewDocument document(String name, String inputs) {
    return new NewDocument(
        name,
        "Session",
        DocumentLabels.of("JSON", Optional.empty()),
        "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":" + inputs + "}",
        Map.of());
  }

  private void prefer(String inputs) {
    assertThat(
            ssm.store
                .documents()
                .addVersion(document(Store.PREFERENCES_DOCUMENT, inputs), 1, ssm.clock.now())
                .outcome())
        .isEqualTo(DocumentOutcome.DONE);
  }

  private void create(String name, String inputs) {
    assertThat(ssm.store.documents().create(document(name, inputs), ssm.clock.now()))
        .isEqualTo(DocumentOutcome.DONE);
  }

  private SessionLimits start(@Nullable String documentName) {
    String id =
        ssm.run(
                new StartSession(ssm.parts),
                StartSessionRequest.builder().target(NODE).documentName(documentName).build())
            .sessionId();
    return ssm.store.sessions().find(new SessionId(id)).orElseThrow().limits();
  }

  private static SessionLimits limits(int idle, int maximum) {
    return new SessionLimits(idle, OptionalInt.of(maximum));
  }

  @Test
  void freshServersSessionsAreIdleForTwentyMinutesAndHaveNoMaximum() {
    assertThat(start(null)).isEqualTo(SessionLimits.DEFAULT);
    assertThat(SessionLimits.DEFAULT).isEqualTo(new SessionLimits(20, OptionalInt.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSM-SessionManagerRunShell",
        "AWS-StartSSHSession",
        "AWS-StartPortForwardingSession",
        "AWS-StartPortForwardingSessionToRemoteHost"
      })
  void preferencesHoldForEveryDocument(String name) {
    prefer("{\"idleSessionTimeout\":\"60\",\"maxSessionDuration\":\"1440\"}");

    assertThat(start(name)).isEqualTo(limits(60, 1440));
  }

  @Test
  void documentsOwnLimitsWinEachForItself() {
    prefer("{\"idleSessionTimeout\":\"15\",\"maxSessionDuration\":\"30\"}");
    create("Own-Idle", "{\"idleSessionTimeout\":\"5\"}");
    create("Own-Maximum", "{\"idleSessionTimeout\":\"\",\"maxSessionDuration\":\"1\"}");

    assertThat(start("Own-Idle")).isEqualTo(limits(5, 30));
    assertThat(start("Own-Maximum")).isEqualTo(limits(15, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"idleSessionTimeout\":\"\",\"maxSessionDuration\":\"\"}"})
  void nothingSetIsAwssDefault(String inputs) {
    prefer(inputs);

    assertThat(start(null)).isEqualTo(SessionLimits.DEFAULT);
  }

  @Test
  void accountWithoutPreferencesHasTheDefaults() {
    ssm.store.documents().delete(Store.PREFERENCES_DOCUMENT);

    assertThat(start("AWS-StartSSHSession")).isEqualTo(SessionLimits.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "idleSessionTimeout,0",
    "idleSessionTimeout,61",
    "idleSessionTimeout,x",
    "idleSessionTimeout,-1",
    "maxSessionDuration,0",
    "maxSessionDuration,1441",
    "maxSessionDuration,99999",
    "maxSessionDuration,1.5"
  })
  void limitThatCannotBeObeyedStartsNothing(String input, String value) {
    prefer("{\"" + input + "\":\"" + value + "\"}");

    assertThatThrownBy(() -> start("AWS-StartSSHSession"))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("InvalidDocument"));

    assertThat(ssm.started).isEmpty();
    assertThat(
            ssm.store.sessions().page(false, SessionFilter.NONE, Optional.empty(), 10).sessions())
        .isEmpty();
  }

  @Test
  void maximumIsListed() {
    prefer("{\"maxSessionDuration\":\"90\"}");
    start(null);

    assertThat(
            ssm.run(
                    new DescribeSessions(ssm.parts),
                    DescribeSessionsRequest.builder().state("Active").build())
                .sessions())
        .extracting(software.amazon.awssdk.services.ssm.model.Session::maxSessionDuration)
        .containsExactly("90");
  }
}
