package dev.postern.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.handshake.Extension;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionDialerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/alice-1?role=publish_subscribe",
        "wss://ssmmessages.cn-north-1.amazonaws.com.cn/v1/data-channel/alice-1",
        "wss://SSMMESSAGES.us-east-1.API.AWS/v1/data-channel/alice-1"
      })
  void awsIsAskedForNothingOfOurs(String streamUrl) {
    assertThat(SessionDialer.extensions(URI.create(streamUrl))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wss://localhost:8443/v1/data-channel/alice-1",
        "wss://postern.example.com/v1/data-channel/alice-1",
        "wss://amazonaws.com.example.com/v1/data-channel/alice-1"
      })
  void otherServersAreAskedForAResumeToken(String streamUrl) {
    assertThat(SessionDialer.extensions(URI.create(streamUrl)))
        .containsExactly(
            Extension.RESUME_TOKEN, Extension.NO_START_PAUSE, Extension.ACKNOWLEDGES_REPEATS);
  }
}
