package dev.postern.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedCallTest {
  private static final TrustedProxies PROXIES =
      new TrustedProxies(
          List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("fd00::/16")));
  private static final String INNER = "inner.example";

  @Test
  void headersOfAnUntrustedPeerAreIgnored() throws Exception {
    HttpCall call =
        call(
            "192.0.2.1",
            "X-Forwarded-For: 203.0.113.7",
            "X-Forwarded-Host: other.example",
            "Forwarded: for=203.0.113.8;host=other.example;proto=http");

    assertThat(ForwardedCall.of(call, PROXIES)).isSameAs(call);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          X-Forwarded-For: 203.0.113.7                     | 203.0.113.7
          X-Forwarded-For: 198.51.100.1, 203.0.113.7       | 203.0.113.7
          X-Forwarded-For: 203.0.113.7, 10.1.1.1           | 203.0.113.7
          X-Forwarded-For: 1.1.1.1, 203.0.113.7, 10.1.1.1,10.2.2.2 | 203.0.113.7
          X-Forwarded-For: 203.0.113.7:4711                | 203.0.113.7
          X-Forwarded-For: 2001:db8::7                     | 2001:db8:0:0:0:0:0:7
          X-Forwarded-For: [2001:db8::7]:4711              | 2001:db8:0:0:0:0:0:7
          X-Forwarded-For: ::ffff:203.0.113.7              | 203.0.113.7
          X-Forwarded-For: 10.1.1.1                        | 10.1.1.1
          X-Forwarded-For: rubbish, 10.1.1.1               | 10.1.1.1
          X-Forwarded-For: rubbish                         | 10.9.9.9
          X-Forwarded-For: 203.0.113.7,                    | 10.9.9.9
          X-Forwarded-For:                                 | 10.9.9.9
          Forwarded: for=203.0.113.7                       | 203.0.113.7
          Forwarded: for="203.0.113.7:4711";proto=https    | 203.0.113.7
          Forwarded: FOR="[2001:db8::7]:4711"              | 2001:db8:0:0:0:0:0:7
          Forwarded: for=1.1.1.1, for=203.0.113.7;by=10.1.1.1, for=10.1.1.1 | 203.0.113.7
          Forwarded: for=unknown, for=10.1.1.1             | 10.1.1.1
          Forwarded: for=_hidden                           | 10.9.9.9
          Forwarded: for="203.0.113.7                      | 10.9.9.9
          Forwarded: for=203.0.113.7 x                     | 10.9.9.9
          X-Real-IP: 203.0.113.7                           | 10.9.9.9
          """)
  void sourceIsTheRightmostAddressThatIsNoTrustedProxy(String header, String source)
      throws Exception {
    HttpCall seen = ForwardedCall.of(call("10.9.9.9", header), PROXIES);

    assertThat(seen.remote().getAddress().getHostAddress()).isEqualTo(source);
  }

  @Test
  void headerThatComesTwiceIsReadAsOneList() throws Exception {
    HttpCall call =
        call("10.9.9.9", "X-Forwarded-For: 1.1.1.1, 203.0.113.7", "x-forwarded-for: 10.1.1.1");

    assertThat(ForwardedCall.of(call, PROXIES).remote().getAddress())
        .isEqualTo(InetAddress.ofLiteral("203.0.113.7"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          X-Forwarded-Host: outer.example                                            | outer.example
          X-Forwarded-Host: outer.example:8443                                       | outer.example:8443
          X-Forwarded-Host: outer.example\\nX-Forwarded-Port: 9443                   | outer.example:9443
          X-Forwarded-Host: outer.example\\nX-Forwarded-Port: 443                    | outer.example
          X-Forwarded-Host: outer.example:1\\nX-Forwarded-Port: 9443                 | outer.example:1
          X-Forwarded-Host: o.example\\nX-Forwarded-Port: 80\\nX-Forwarded-Proto: http | o.example
          X-Forwarded-Host: [2001:db8::1]\\nX-Forwarded-Port: 9443                   | [2001:db8::1]:9443
          X-Forwarded-Port: 9443                                                     | inner.example:9443
          X-Forwarded-For: 1.1.1.1, 203.0.113.7, 10.1.1.1\\nX-Forwarded-Host: made.up, outer.example, middle.example | outer.example
          X-Forwarded-For: 203.0.113.7, 10.1.1.1\\nX-Forwarded-Host: outer.example   | outer.example
          Forwarded: for=203.0.113.7;host="outer.example:8443"                       | outer.example:8443
          Forwarded: for=1.1.1.1;host=made.up, for=203.0.113.7;host=outer.example, for=10.1.1.1;host=mid | outer.example
          X-Forwarded-For: 203.0.113.7                                               | inner.example
          """)
  void hostIsTheOneThatTheClientWrote(String headers, String host) throws Exception {
    HttpCall seen =
        ForwardedCall.of(call("10.9.9.9", headers.translateEscapes().split("\n")), PROXIES);

    assertThat(seen.header("host")).isEqualTo(host);
    assertThat(seen.headers().stream().filter(h -> h.name().equalsIgnoreCase("host"))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 203.0.113.7\nForwarded: for=203.0.113.8",
        "X-Forwarded-Host: a.example\nForwarded: host=b.example",
        "X-Forwarded-Proto: https\nForwarded: proto=http",
        "X-Forwarded-Host: a b",
        "X-Forwarded-Host: a/b",
        "Forwarded: host=\"\"",
      })
  void twoStoriesAreRefused(String headers) {
    assertThatThrownBy(() -> ForwardedCall.of(call("10.9.9.9", headers.split("\n")), PROXIES))
        .isInstanceOf(ForwardedCall.Contradiction.class);
  }

  @Test
  void sameStoryInBothFormsIsTaken() throws Exception {
    HttpCall call =
        call("10.9.9.9", "X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7;proto=https");

    assertThat(ForwardedCall.of(call, PROXIES).remote().getAddress())
        .isEqualTo(InetAddress.ofLiteral("203.0.113.7"));
  }

  @Test
  void clientWithoutTlsIsNotSecure() throws Exception {
    assertThat(ForwardedCall.of(call("10.9.9.9", "X-Forwarded-Proto: http"), PROXIES).secure())
        .isFalse();
    assertThat(ForwardedCall.of(call("10.9.9.9", "X-Forwarded-Proto: https"), PROXIES).secure())
        .isTrue();
    assertThat(ForwardedCall.of(call("192.0.2.1", "X-Forwarded-Proto: http"), PROXIES).secure())
        .isTrue();
  }

  @Test
  void onlySoManyHopsAreRead() throws Exception {
    String hops = "203.0.113.7" + ", 10.1.1.1".repeat(Limits.PROXY_HOPS_MAX);

    assertThat(
            ForwardedCall.of(call("10.9.9.9", "X-Forwarded-For: " + hops), PROXIES)
                .remote()
                .getAddress())
        .isEqualTo(InetAddress.ofLiteral("10.1.1.1"));
  }

  private static HttpCall call(String peer, String... headers) {
    List<HttpCall.Header> list = new ArrayList<>();
    list.add(new HttpCall.Header("Host", INNER));
    for (String header : headers) {
      int colon = header.indexOf(':');
      list.add(
          new HttpCall.Header(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    return new HttpCall(
        "POST", "/", list, new byte[0], new InetSocketAddress(InetAddress.ofLiteral(peer), 40000));
  }
}
