package dev.postern.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PercentEncodingTest {
  @Test
  void everythingButTheUnreservedSetIsEncoded() {
    assertThat(PercentEncoding.encode("AZaz09-._~ /+*ü\"{"))
        .isEqualTo("AZaz09-._~%20%2F%2B%2A%C3%BC%22%7B");
  }

  @Property
  void bytesSurviveTheRoundTrip(@ForAll byte[] bytes) throws Exception {
    String encoded = PercentEncoding.encode(bytes, false);

    assertThat(PercentEncoding.decodeBytes(encoded, true)).isEqualTo(bytes);
  }

  @Test
  void plusIsASpaceInFormsOnly() throws Exception {
    assertThat(PercentEncoding.decode("a+b%2bc")).isEqualTo("a+b+c");
    assertThat(PercentEncoding.decodeForm("a+b%2bc")).isEqualTo("a b+c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%2", "a%g0", "%-1", " ", "é", "\n", "%ff", "%ed%a0%80", "%c0%af"})
  void brokenTextIsRefused(String text) {
    assertThatThrownBy(() -> PercentEncoding.decode(text))
        .isInstanceOf(MalformedEncodingException.class);
  }
}
