package dev.postern.agent.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeniedAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "fd00:ec2::254",
        "FD00:EC2:0:0:0:0:0:253",
        "::ffff:169.254.169.254",
        "169.254.169.123",
        "168.63.129.16",
        "100.100.100.200"
      })
  void metadataServicesAreDeniedHoweverTheyAreWritten(String address) {
    assertThat(DeniedAddresses.byDefault().contains(InetAddress.ofLiteral(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "169.254.169.1", "10.0.0.1", "::1"})
  void othersAreNot(String address) {
    assertThat(DeniedAddresses.byDefault().contains(InetAddress.ofLiteral(address))).isFalse();
  }

  @Test
  void listOfOnesOwnReplacesTheDefault() {
    DeniedAddresses own = DeniedAddresses.parse("10.0.0.1, ::1");

    assertThat(own.contains(InetAddress.ofLiteral("::1"))).isTrue();
    assertThat(own.contains(InetAddress.ofLiteral("169.254.169.254"))).isFalse();
    assertThat(DeniedAddresses.parse("none").contains(InetAddress.ofLiteral("169.254.169.254")))
        .isFalse();
  }

  @Test
  void namesAreNoAddresses() {
    assertThatThrownBy(() -> DeniedAddresses.parse("10.0.0.1,localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("localhost");
  }
}
