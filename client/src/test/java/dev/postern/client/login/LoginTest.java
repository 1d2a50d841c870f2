package dev.postern.client.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.client.api.ApiAccess;
import dev.postern.client.oidc.OidcProvider;
import dev.postern.client.oidc.TestBrowser;
import dev.postern.client.oidc.TestCertificate;
import dev.postern.transport.HttpsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logging in at a provider on loopback, with a browser that follows every redirect. */
@Timeout(60)
class LoginTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path temporary;

  private OidcProvider provider;
  private TestSts sts;
  private final TestBrowser browser = new TestBrowser();

  /** The last page that the browser saw. */
  private CompletableFuture<HttpResponse<String>> page = new CompletableFuture<>();

  @BeforeEach
  void start() throws Exception {
    provider = OidcProvider.http();
    sts = new TestSts(provider);
  }

  @AfterEach
  void stop() {
    browser.close();
    sts.close();
    provider.close();
  }

  private LoginTerms terms(@Nullable Integer durationSeconds) {
    return new LoginTerms(
        provider.issuer(),
        OidcProvider.CLIENT,
        TestSts.ROLE,
        sts.endpoint(),
        null,
        durationSeconds);
  }

  private CachedLogin login(LoginTerms terms, TestBrowser with, UnaryOperator<URI> change)
      throws IOException {
    try (HttpsClient http = ApiAccess.unsigned(terms.caBundle(), Map.of())) {
      return new Login(http, terms)
          .withBrowser(0, PATIENCE, new SecureRandom(), address -> visit(with, change, address));
    }
  }

  private void visit(TestBrowser with, UnaryOperator<URI> change, URI address) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            page.complete(with.visit(change.apply(address)));
          } catch (Exception failed) {
            page.completeExceptionally(failed);
          }
        });
  }

  private CachedLogin login() throws IOException {
    return login(terms(null), browser, address -> address);
  }

  @Test
  void codeBecomesCredentialsOfTheRole() throws Exception {
    CachedLogin login = login(terms(900), browser, address -> address);

    assertThat(login.subject()).isEqualTo(OidcProvider.SUBJECT);
    assertThat(login.arn()).endsWith("assumed-role/People/jane.doe@example.org");
    assertThat(login.credentials().accessKeyId()).isEqualTo("ASIA1");
    assertThat(login.credentials().secretAccessKey()).isEqualTo("secret+/1");
    assertThat(login.credentials().sessionToken()).isEqualTo("token+/1");
    assertThat(login.refreshToken()).startsWith("refresh-");
    assertThat(sts.calls().getFirst().get("DurationSeconds")).isEqualTo("900");
    assertThat(page.get().statusCode()).isEqualTo(200);
    assertThat(page.get().body()).contains("go back to the terminal");
  }

  @Test
  void serversDurationIsLeftToTheServer() throws Exception {
    provider.giveNoRefreshTokens();

    assertThat(login().refreshToken()).isNull();
    assertThat(sts.calls().getFirst().get("DurationSeconds")).isNull();
  }

  @Test
  void eachAttemptIsBoundToTextsOfItsOwn() throws Exception {
    List<URI> addresses = new java.util.concurrent.CopyOnWriteArrayList<>();
    UnaryOperator<URI> noted =
        address -> {
          addresses.add(address);
          return address;
        };
    login(terms(null), browser, noted);
    login(terms(null), browser, noted);

    assertThat(addresses.getFirst().getRawQuery())
        .contains("scope=openid%20profile%20email%20offline_access", "code_challenge_method=S256");
    for (String name : List.of("state", "nonce", "code_challenge")) {
      assertThat(parameter(addresses.get(0), name))
          .hasSize(43)
          .isNotEqualTo(parameter(addresses.get(1), name));
    }
  }

  private static String parameter(URI address, String name) {
    for (String pair : address.getRawQuery().split("&", -1)) {
      if (pair.startsWith(name + "=")) {
        return pair.substring(name.length() + 1);
      }
    }
    throw new AssertionError(name + " is missing");
  }

  @Test
  void refusalOfTheProviderIsTold() throws Exception {
    provider.refuse("access_denied", "not in the group");

    assertThatThrownBy(this::login)
        .isInstanceOf(IOException.class)
        .hasMessage("the provider refused the login: access_denied: not in the group");
    assertThat(page.get().body()).contains("The terminal says why").doesNotContain("group");
    assertThat(sts.calls()).isEmpty();
  }

  @Test
  void answersWithoutTheStateChangeNothing() throws Exception {
    UnaryOperator<URI> others =
        address -> {
          String redirect = decoded(parameter(address, "redirect_uri"));
          for (String query :
              List.of(
                  "?code=stolen&state=guessed",
                  "?error=access_denied&state=guessed",
                  "?code=stolen",
                  "?state=a&state=b",
                  "?state=%ff",
                  "")) {
            assertThat(statusOf(URI.create(redirect + query))).isEqualTo(400);
          }
          assertThat(statusOf(URI.create(redirect).resolve("/favicon.ico"))).isEqualTo(404);
          return address;
        };

    assertThat(login(terms(null), browser, others).credentials().accessKeyId()).isEqualTo("ASIA1");
  }

  private static String decoded(String text) {
    return java.net.URLDecoder.decode(text, java.nio.charset.StandardCharsets.UTF_8);
  }

  private int statusOf(URI address) {
    try {
      return browser.visit(address).statusCode();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void answerOfAnotherProviderIsRefused() {
    UnaryOperator<URI> mixedUp =
        address ->
            URI.create(
                decoded(parameter(address, "redirect_uri"))
                    + "?code=c&iss=https%3A%2F%2Felsewhere.example&state="
                    + parameter(address, "state"));

    assertThatThrownBy(() -> login(terms(null), browser, mixedUp))
        .hasMessage("the answer does not come from " + provider.issuer());
  }

  @Test
  void providerThatNamesItselfMustDoSo() {
    UnaryOperator<URI> unnamed =
        address ->
            URI.create(
                decoded(parameter(address, "redirect_uri"))
                    + "?code=c&state="
                    + parameter(address, "state"));

    assertThatThrownBy(() -> login(terms(null), browser, unnamed))
        .hasMessageContaining("does not come from");
  }

  @Test
  void codeThatTheProviderDoesNotKnowIsToldAsItSays() {
    provider.changeDescription(
        description -> description.remove("authorization_response_iss_parameter_supported"));
    UnaryOperator<URI> forged =
        address ->
            URI.create(
                decoded(parameter(address, "redirect_uri"))
                    + "?code=forged-code&state="
                    + parameter(address, "state"));

    assertThatThrownBy(() -> login(terms(null), browser, forged))
        .hasMessage(
            "the provider refused the code: invalid_grant: unknown, used before, or not yours");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonce", "iss", "aud", "sub"})
  void tokenThatAnswersAnotherQuestionIsRefused(String claim) {
    provider.changeClaims(claims -> claims.put(claim, ""));

    assertThatThrownBy(this::login)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ID token");
    assertThat(sts.calls()).isEmpty();
  }

  @Test
  void tokenForSeveralClientsIsTaken() throws Exception {
    provider.changeClaims(claims -> claims.put("aud", List.of("other", OidcProvider.CLIENT)));

    assertThat(login().credentials().accessKeyId()).isEqualTo("ASIA1");
  }

  @Test
  void refusalOfTheServerIsItsFault() {
    sts.refuse(
        new Fault("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity"));

    assertThatThrownBy(this::login)
        .isInstanceOf(Fault.class)
        .hasMessage("AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }

  @Test
  void nobodyIsWaitedForForEver() throws Exception {
    try (HttpsClient http = ApiAccess.unsigned(null, Map.of())) {
      Login login = new Login(http, terms(null));

      assertThatThrownBy(
              () -> login.withBrowser(0, Duration.ofMillis(20), new SecureRandom(), page -> {}))
          .hasMessageStartingWith("nobody logged in within");
    }
  }

  @Test
  void providerBehindTlsIsTrustedByTheBundleOnly() throws Exception {
    TestCertificate certificate = TestCertificate.create(temporary);
    Path bundle = Files.writeString(temporary.resolve("ca.pem"), certificate.pem());
    provider.close();
    sts.close();
    provider = OidcProvider.https(certificate);
    sts = new TestSts(provider);
    LoginTerms without = terms(null);
    LoginTerms with =
        new LoginTerms(
            without.issuer(),
            without.clientId(),
            without.roleArn(),
            without.endpoint(),
            bundle,
            null);

    try (TestBrowser trusting = new TestBrowser(certificate.context())) {
      assertThatThrownBy(() -> login(without, trusting, address -> address))
          .isInstanceOf(IOException.class);
      assertThat(login(with, trusting, address -> address).arn()).contains("People");
    }
  }
}
