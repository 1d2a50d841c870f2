package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardSpecificationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      nullValues = "-",
      value = {
        "8080:80 - 8080 - 80",
        "0:5432 - 0 - 5432",
        "8080:db.example:5432 - 8080 db.example 5432",
        "8080:[2001:db8::1]:5432 - 8080 2001:db8::1 5432",
        "0.0.0.0:8080:80 0.0.0.0 8080 - 80",
        "[::1]:8080:80 ::1 8080 - 80",
        "127.0.0.2:8080:db:5432 127.0.0.2 8080 db 5432",
        "8080:/run/app:1.sock - 8080 - /run/app:1.sock",
        "127.0.0.2:8080:/run/a.sock 127.0.0.2 8080 - /run/a.sock",
      })
  void formsOfSshAreRead(String text, String address, String port, String host, String place) {
    assertThat(ForwardSpecification.parse(text))
        .isEqualTo(new ForwardSpecification(address, port, host, place));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "80",
        "8080:",
        ":80",
        "8080:host:",
        "a:b:c:d",
        "1:2:3:4:5",
        "70000:80",
        "8080:70000",
        "8080:host:/run/a.sock:80",
        "/run/a.sock"
      })
  void anythingElseIsWrong(String text) {
    assertThatThrownBy(() -> ForwardSpecification.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void documentAndParametersFollow() {
    ForwardSpecification remote = ForwardSpecification.parse("127.0.0.2:8080:db:5432");

    assertThat(remote.documentName()).isEqualTo("AWS-StartPortForwardingSessionToRemoteHost");
    assertThat(remote.parameters())
        .isEqualTo(
            Map.of(
                "host", List.of("db"),
                "portNumber", List.of("5432"),
                "localPortNumber", List.of("8080"),
                "localIpAddress", List.of("127.0.0.2")));
    assertThat(ForwardSpecification.parse("1:2").documentName())
        .isEqualTo("AWS-StartPortForwardingSession");
    assertThat(ForwardSpecification.parse("1:/s").parameters())
        .containsEntry("remoteUnixSocket", List.of("/s"));
  }
}
