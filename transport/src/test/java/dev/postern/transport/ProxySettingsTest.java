package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxySettingsTest {
  private static String proxyFor(String uri, Map<String, String> environment) throws IOException {
    return String.valueOf(ProxySettings.fromEnvironment(environment).proxyFor(URI.create(uri)));
  }

  @Test
  void schemeChoosesTheVariable() throws IOException {
    Map<String, String> environment =
        Map.of("https_proxy", "http://secure:3128", "http_proxy", "plain:3129/");

    assertThat(proxyFor("https://a.example/", environment)).isEqualTo("secure:3128");
    assertThat(proxyFor("wss://a.example/", environment)).isEqualTo("secure:3128");
    assertThat(proxyFor("http://a.example/", environment)).isEqualTo("plain:3129");
    assertThat(proxyFor("ws://a.example/", environment)).isEqualTo("plain:3129");
    assertThat(proxyFor("ws://a.example/", Map.of())).isEqualTo("null");
  }

  @Test
  void lowerCaseNameComesFirst() throws IOException {
    Map<String, String> environment = Map.of("https_proxy", "lower:1", "HTTPS_PROXY", "upper:2");

    assertThat(proxyFor("https://a.example/", environment)).isEqualTo("lower:1");
    assertThat(proxyFor("https://a.example/", Map.of("HTTPS_PROXY", "upper:2")))
        .isEqualTo("upper:2");
    assertThat(proxyFor("https://a.example/", Map.of("https_proxy", "", "HTTPS_PROXY", "upper:2")))
        .isEqualTo("null");
  }

  @Test
  void cgiProgramIgnoresTheRequestHeaderProxy() throws IOException {
    Map<String, String> environment = Map.of("HTTP_PROXY", "evil:1", "REQUEST_METHOD", "GET");

    assertThat(proxyFor("http://a.example/", environment)).isEqualTo("null");
  }

  @Test
  void userInfoBecomesAuthorizationAndIsNotPrinted() throws IOException {
    ProxySettings settings =
        ProxySettings.fromEnvironment(
            Map.of("https_proxy", "https://Aladdin:open%20sesame@[fd00::1]:3128"));
    ProxySettings.Proxy proxy = settings.proxyFor(URI.create("https://a.example"));

    assertThat(proxy)
        .isEqualTo(
            new ProxySettings.Proxy("fd00::1", 3128, true, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    assertThat(settings.toString()).doesNotContain("QWxhZGRpb", "sesame");
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://secret:1", "http://", "http://secret:x", ":secret", "a secret"})
  void unusableProxyIsRefusedByNameWithoutItsValue(String value) {
    assertThatIOException()
        .isThrownBy(() -> ProxySettings.fromEnvironment(Map.of("https_proxy", value)))
        .withMessageContaining("https_proxy")
        .withMessageNotContaining("secret")
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://localhost/",
        "https://LOCALHOST:1/",
        "wss://127.1.2.3/",
        "https://[::1]/"
      })
  void loopbackGoesDirect(String uri) throws IOException {
    assertThat(proxyFor(uri, Map.of("https_proxy", "proxy:1"))).isEqualTo("null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "example.com              | example.com      | true",
        "example.com              | a.b.example.com  | true",
        "Example.COM              | A.EXAMPLE.com    | true",
        "example.com              | notexample.com   | false",
        ".example.com             | a.example.com    | true",
        ".example.com             | example.com      | false",
        "*.example.com            | a.example.com    | true",
        "example.com              | example.com.     | true",
        "example.com:443          | example.com      | true",
        "example.com:8443         | example.com      | false",
        "example.com:8443         | example.com:8443 | true",
        "other , example.com      | example.com      | true",
        "*                        | example.com      | true",
        "*                        | 10.0.0.1         | true",
        "10.1.0.0/16              | 10.1.255.3       | true",
        "10.1.0.0/16              | 10.2.0.1         | false",
        "10.1.0.0/16              | 10.example.com   | false",
        "10.0.0.0/0               | 192.0.2.1        | true",
        "192.0.2.1                | 192.0.2.1        | true",
        "192.0.2.1:8443           | 192.0.2.1        | false",
        "192.0.2.1:8443           | 192.0.2.1:8443   | true",
        "fd00::/8                 | [fd12::1]        | true",
        "fd00::/8                 | [2001:db8::1]    | false",
        "fd00::1                  | [fd00:0::1]      | true",
        "[fd00::1]:8443           | [fd00::1]:8443   | true",
        "10.1.0.0/33,,:1,/,[      | 10.1.0.0         | false",
      })
  void exceptionsGoDirect(String exceptions, String host, boolean direct) throws IOException {
    Map<String, String> environment = Map.of("https_proxy", "proxy:1", "no_proxy", exceptions);

    assertThat(proxyFor("https://" + host + "/", environment))
        .isEqualTo(direct ? "null" : "proxy:1");
  }
}
