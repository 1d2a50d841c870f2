package dev.postern.client.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.oidc.OidcProvider;
import dev.postern.transport.HttpsClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider says of itself is believed within limits. */
@Timeout(60)
class ProviderTest {
  private OidcProvider provider;
  private HttpsClient http;

  @BeforeEach
  void start() throws Exception {
    provider = OidcProvider.http();
    http = ApiAccess.unsigned(null, Map.of());
  }

  @AfterEach
  void stop() {
    http.close();
    provider.close();
  }

  @Test
  void onlyScopesThatItKnowsAreAskedFor() throws Exception {
    assertThat(Provider.discover(http, provider.issuer()).scopes())
        .containsExactly("openid", "profile", "email", "offline_access");

    provider.changeDescription(description -> description.put("scopes_supported", List.of("x")));
    assertThat(Provider.discover(http, provider.issuer()).scopes()).containsExactly("openid");
  }

  @Test
  void otherIssuerIsRefused() {
    provider.changeDescription(description -> description.put("issuer", provider.issuer() + "/"));

    assertThatThrownBy(() -> Provider.discover(http, provider.issuer()))
        .hasMessage(
            "the provider at " + provider.issuer() + " calls itself " + provider.issuer() + "/");
  }

  @Test
  void issuerWithSlashIsAskedWithoutTwo() throws Exception {
    provider.changeDescription(description -> description.put("issuer", provider.issuer() + "/"));

    assertThat(Provider.discover(http, provider.issuer() + "/").issuer())
        .isEqualTo(provider.issuer() + "/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorization_endpoint", "token_endpoint"})
  void endpointsMustBeThereAndSecure(String member) {
    provider.changeDescription(description -> description.remove(member));
    assertThatThrownBy(() -> Provider.discover(http, provider.issuer()))
        .hasMessage("the provider's description has no " + member);

    provider.changeDescription(
        description -> description.put(member, "http://login.example.org/x"));
    assertThatThrownBy(() -> Provider.discover(http, provider.issuer()))
        .hasMessageStartingWith("the provider's " + member + " must begin with https://");
  }

  @Test
  void providerWithoutS256IsRefused() throws Exception {
    provider.changeDescription(
        description -> description.put("code_challenge_methods_supported", List.of("plain")));
    assertThatThrownBy(() -> Provider.discover(http, provider.issuer()))
        .hasMessage("the provider does not offer PKCE with S256");

    // Some that have it do not say so.
    provider.changeDescription(
        description -> description.remove("code_challenge_methods_supported"));
    Provider.discover(http, provider.issuer());
  }

  @Test
  void otherAnswersAreToldByTheirStatus() {
    assertThatThrownBy(() -> Provider.discover(http, provider.issuer() + "/nowhere"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("with HTTP status 404");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://login.example.org",
        "http://127.example.org",
        "http://[2001:db8::1]",
        "ftp://localhost",
        "https://user@login.example.org",
        "https://login.example.org/#a",
        "login.example.org",
        "https://",
        "https://a b"
      })
  void addressesThatLeaveTheMachineInPlainTextAreRefused(String address) {
    assertThatThrownBy(() -> SecureAddress.parse("the issuer", address))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the issuer ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://login.example.org",
        "HTTPS://login.example.org/tenant",
        "http://localhost:8080",
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:1/x"
      })
  void secureAddressesAreTaken(String address) throws Exception {
    assertThat(SecureAddress.parse("the issuer", address)).hasToString(address);
  }
}
