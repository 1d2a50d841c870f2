package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class Base32Test {
  /** Of the test vectors in RFC 4648 section 10, and longer. */
  @Test
  void groupsOfFiveBytesAreEncoded() {
    assertThat(Base32.encode(new byte[0])).isEmpty();
    assertThat(Base32.encode("fooba".getBytes(StandardCharsets.US_ASCII))).isEqualTo("MZXW6YTB");
    assertThat(Base32.encode(new byte[] {-1, -1, -1, -1, -1, 0, 0, 0, 0, 1}))
        .isEqualTo("77777777AAAAAAAB");
  }

  @Test
  void otherLengthsAreRefused() {
    assertThatThrownBy(() -> Base32.encode(new byte[4]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
