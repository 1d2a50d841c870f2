package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import software.amazon.awssdk.services.ssm.model.ResumeSessionRequest;
import software.amazon.awssdk.services.ssm.model.ResumeSessionResponse;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionResponse;

class ResumeSessionTest {
  private static final String NODE = "mi-0123456789abcdef0";

  @TempDir Path directory;
  private SystemsManagerFixture ssm;
  private StartSessionResponse started;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    ssm.connect(NODE);
    started =
        ssm.run(new StartSession(ssm.parts), StartSessionRequest.builder().target(NODE).build());
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  private ResumeSessionResponse resume(String sessionId) {
    return ssm.run(
        new ResumeSession(ssm.parts), ResumeSessionRequest.builder().sessionId(sessionId).build());
  }

  private void become(Status status) {
    assertThat(
            ssm.store
                .sessions()
                .update(
                    new SessionId(started.sessionId()), status, Optional.empty(), Optional.empty()))
        .isTrue();
  }

  private Optional<String> redeem(String token) {
    return ssm.store.tokens().redeem(Tokens.Kind.CLIENT_DATA_CHANNEL, token);
  }

  @ParameterizedTest
  @EnumSource(names = {"Connecting", "Connected", "Disconnected"})
  void liveSessionGetsAnotherTokenForTheSameStream(Status status) {
    become(status);

    ResumeSessionResponse answer = resume(started.sessionId());

    assertThat(answer.sessionId()).isEqualTo(started.sessionId());
    assertThat(answer.streamUrl()).isEqualTo(started.streamUrl());
    assertThat(answer.tokenValue()).isNotEqualTo(started.tokenValue());
    assertThat(redeem(answer.tokenValue())).contains(started.sessionId());
  }

  @Test
  void onlyTheNewestTokenIsGood() {
    String first = resume(started.sessionId()).tokenValue();
    String second = resume(started.sessionId()).tokenValue();

    assertThat(redeem(started.tokenValue())).isEmpty();
    assertThat(redeem(first)).isEmpty();
    assertThat(redeem(second)).contains(started.sessionId());
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"Connecting", "Connected", "Disconnected"})
  void sessionThatIsOverGetsNoToken(Status status) {
    become(status);

    ResumeSessionResponse answer = resume(started.sessionId());

    assertThat(answer.sessionId()).isEqualTo(started.sessionId());
    assertThat(answer.tokenValue()).isNull();
    assertThat(answer.streamUrl()).isNull();
  }

  @Test
  void unknownSessionDoesNotExist() {
    for (String unknown : new String[] {"admin-0123456789abcdef0", "no session id"}) {
      assertThatThrownBy(() -> resume(unknown))
          .isInstanceOfSatisfying(
              Fault.class, fault -> assertThat(fault.code()).isEqualTo("DoesNotExistException"));
    }
  }
}
