package dev.postern.wire.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionsTest {
  @ParameterizedTest
  @CsvSource({
    "3.0.196.0, false, false, true",
    "3.0.196.1, true, false, true",
    "3.1.1511.0, true, false, true",
    "3.1.1512.0, true, true, true",
    "3.3.1142.0, true, true, true",
    "10.0.0.0, true, true, true",
    "2.3.722.0, false, false, false",
    "2.3.722.1, false, false, true",
    "1.0.0, false, false, false"
  })
  void agentVersionSwitchesWhatClientsDo(
      String version, boolean mux, boolean noKeepAlive, boolean terminateFlag) {
    AgentVersion agent = new AgentVersion(version);

    assertThat(agent.supportsMux()).isEqualTo(mux);
    assertThat(agent.disablesSmuxKeepAlive()).isEqualTo(noKeepAlive);
    assertThat(agent.supportsTerminateFlag()).isEqualTo(terminateFlag);
  }

  /** MUST 25. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9",
        "9.9.9",
        "9.9.9.9.9",
        "9.9.9.x",
        "9.9.9.-1",
        "9.9.9.",
        "v9.9.9.9",
        "9.9.9.99999999999"
      })
  void agentVersionThatIsNotFourNumbersIsOlderThanEverything(String version) {
    assertThat(new AgentVersion(version).isLaterThan("0.0.0.0")).isFalse();
  }

  /** MUST 28. */
  @ParameterizedTest
  @CsvSource({
    "1.1.69.0, false, false, false",
    "1.1.70, true, false, false",
    "1.1.70.0, true, false, false",
    "1.2.295, true, false, false",
    "1.2.295.0, true, false, true",
    "1.2.331.0, true, false, true",
    "1.2.331.1, true, true, true",
    "1.2.677.0, true, true, true",
    "1.10.0.0, true, true, true",
    "1.1, false, false, false",
    "x, false, false, false",
    "'', false, false, false"
  })
  void clientVersionSwitchesWhatAgentsDo(
      String version, boolean mux, boolean noKeepAlive, boolean separateOutput) {
    ClientVersion client = new ClientVersion(version);

    assertThat(client.supportsMux()).isEqualTo(mux);
    assertThat(client.disablesSmuxKeepAlive()).isEqualTo(noKeepAlive);
    assertThat(client.supportsSeparateOutput()).isEqualTo(separateOutput);
  }

  @Test
  void missingPartOfAClientVersionIsLess() {
    assertThat(new ClientVersion("1.1.70").compareTo("1.1.70.0")).isNegative();
    assertThat(new ClientVersion("1.1.70.0").compareTo("1.1.70")).isPositive();
    assertThat(new ClientVersion("1.1.70").compareTo("1.1.70")).isZero();
  }
}
