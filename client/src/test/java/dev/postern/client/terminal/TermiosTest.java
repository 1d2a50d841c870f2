package dev.postern.client.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TermiosTest {
  @Test
  void rawClearsWhatTranslatesKeysAndKeepsTheRest() {
    byte[] everything = new byte[Termios.BYTES];
    java.util.Arrays.fill(everything, (byte) 0xff);

    ByteBuffer raw =
        ByteBuffer.wrap(new Termios(everything).raw().bytes()).order(ByteOrder.nativeOrder());

    assertThat(raw.getInt(0)).isEqualTo(~0x5eb);
    assertThat(raw.getInt(4)).isEqualTo(~0x1);
    assertThat(raw.getInt(8)).isEqualTo(~0x100);
    assertThat(raw.getInt(12)).isEqualTo(~0x804b);
    assertThat(raw.get(22)).isZero();
    assertThat(raw.get(23)).isEqualTo((byte) 1);
  }

  @Test
  void otherLengthIsRefused() {
    assertThatThrownBy(() -> new Termios(new byte[60]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
