package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SessionInputTest {
  private final SessionInput input = new SessionInput(ending -> {});

  /** An empty input ends before the destination is reached; taken, it would never be told. */
  @Test
  void endOfInputComesAgainWhileTheDestinationIsBeingReached() {
    input.expectPort();
    assertThat(finishInput()).as("as input during the handshake").isTrue();

    assertThat(
            input.onStream(
                PayloadType.HANDSHAKE_RESPONSE,
                ByteBuffer.wrap(
                    "{\"ClientVersion\":\"1.2.0.0\",\"ProcessedClientActions\":[]}"
                        .getBytes(StandardCharsets.UTF_8))))
        .isTrue();

    assertThat(finishInput()).isFalse();
  }

  @Test
  void flagsOfPortsMeanNothingToPrograms() {
    assertThat(finishInput()).isTrue();
  }

  private boolean finishInput() {
    return input.onStream(PayloadType.FLAG, SessionFlag.FINISH_INPUT.toPayload());
  }
}
