package dev.postern.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PayloadsTest {
  @Test
  void flagsAreFourBytesBigEndian() throws Exception {
    assertThat(SessionFlag.parse(GoldenVectors.named("input-flag-terminate").payload()))
        .isEqualTo(SessionFlag.TERMINATE_SESSION);
    assertThat(SessionFlag.parse(GoldenVectors.named("output-flag-connect-error").payload()))
        .isEqualTo(SessionFlag.CONNECT_TO_PORT_ERROR);
    assertThat(SessionFlag.TERMINATE_SESSION.toPayload())
        .isEqualTo(GoldenVectors.named("input-flag-terminate").payload());
  }

  @Test
  void unknownFlagIsNoErrorButAShortOneIs() throws Exception {
    assertThat(SessionFlag.parse(ByteBuffer.allocate(4).putInt(0, 77))).isNull();
    assertThatThrownBy(() -> SessionFlag.parse(ByteBuffer.allocate(3)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void exitCodeIsItsText() throws Exception {
    assertThat(ExitCode.parse(GoldenVectors.named("output-exit-code").payload()))
        .isEqualTo(new ExitCode(3));
    assertThat(new ExitCode(3).toPayload())
        .isEqualTo(GoldenVectors.named("output-exit-code").payload());
    assertThat(ExitCode.parse(new ExitCode(-1).toPayload())).isEqualTo(new ExitCode(-1));
  }

  @Test
  void exitCodeWithoutPrefixOrNumberIsRefused() {
    for (String text :
        new String[] {"", "3", "EXIT_CODE: ", "EXIT_CODE: x", "EXIT_CODE: 9999999999"}) {
      ByteBuffer payload = java.nio.charset.StandardCharsets.US_ASCII.encode(text);
      assertThatThrownBy(() -> ExitCode.parse(payload))
          .isInstanceOf(MalformedMessageException.class);
    }
  }
}
