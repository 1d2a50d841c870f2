package dev.postern.client.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.client.api.ApiAccess;
import dev.postern.client.oidc.OidcProvider;
import dev.postern.client.oidc.TestBrowser;
import dev.postern.transport.HttpsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kept logins: their files, their end and their renewal. */
@Timeout(60)
class RenewalTest {
  private static final String PROFILE = "people";

  @TempDir Path temporary;

  private OidcProvider provider;
  private TestSts sts;
  private LoginCache cache;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    provider = OidcProvider.http();
    sts = new TestSts(provider);
    cache = new LoginCache(temporary.resolve("a/cache"));
  }

  @AfterEach
  void stop() {
    sts.close();
    provider.close();
  }

  private CachedLogin login() throws Exception {
    LoginTerms terms =
        new LoginTerms(
            provider.issuer(), OidcProvider.CLIENT, TestSts.ROLE, sts.endpoint(), null, 3600);
    try (HttpsClient http = ApiAccess.unsigned(null, Map.of());
        TestBrowser browser = new TestBrowser()) {
      CachedLogin login =
          new Login(http, terms)
              .withBrowser(
                  0,
                  Duration.ofSeconds(20),
                  new SecureRandom(),
                  page -> Thread.ofVirtual().start(() -> visit(browser, page)));
      cache.write(PROFILE, login);
      return login;
    }
  }

  private static void visit(TestBrowser browser, java.net.URI page) {
    try {
      browser.visit(page);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private CachedLogin current(Instant now) throws IOException {
    Renewal renewal =
        new Renewal(
            cache,
            InstantSource.fixed(now),
            terms -> ApiAccess.unsigned(terms.caBundle(), Map.of()));
    return renewal.current(PROFILE, warnings::add);
  }

  private Path file() {
    return temporary.resolve("a/cache/people.json");
  }

  @Test
  void loginIsKeptAsItIsForItsOwnerOnly() throws Exception {
    CachedLogin login = login();

    assertThat(cache.read(PROFILE)).isEqualTo(login);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    for (String folder : List.of("a/cache", "a")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(temporary.resolve(folder))))
          .isEqualTo("rwx------");
    }
    try (var files = Files.list(temporary.resolve("a/cache"))) {
      assertThat(files).containsExactlyInAnyOrder(file(), temporary.resolve("a/cache/.lock"));
    }
  }

  @Test
  void folderThatIsOpenToOthersIsClosed() throws Exception {
    Files.createDirectories(temporary.resolve("a/cache"));
    Files.setPosixFilePermissions(
        temporary.resolve("a/cache"), PosixFilePermissions.fromString("rwxrwxrwx"));
    login();

    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(temporary.resolve("a/cache"))))
        .isEqualTo("rwx------");
  }

  @Test
  void secretsAreInNoText() throws Exception {
    CachedLogin login = login();

    assertThat(login.toString() + login.credentials() + login.terms())
        .doesNotContain("secret+/1", "token+/1", String.valueOf(login.refreshToken()));
  }

  @Test
  void freshCredentialsAreGivenWithoutACall() throws Exception {
    CachedLogin login = login();
    Instant end = login.credentials().expiration();

    assertThat(current(end.minusSeconds(301))).isEqualTo(login);
    assertThat(provider.renewals()).isZero();
    assertThat(Json.readObject(login.toCredentialProcess()))
        .containsOnly(
            Map.entry("Version", 1L),
            Map.entry("AccessKeyId", "ASIA1"),
            Map.entry("SecretAccessKey", "secret+/1"),
            Map.entry("SessionToken", "token+/1"),
            Map.entry("Expiration", end.toString()));
  }

  @Test
  void credentialsThatEndSoonAreRenewedAndTheTokenReplaced() throws Exception {
    CachedLogin login = login();
    CachedLogin renewed = current(login.credentials().expiration().minusSeconds(300));

    assertThat(renewed.credentials().accessKeyId()).isEqualTo("ASIA2");
    assertThat(renewed.refreshToken()).isNotEqualTo(login.refreshToken());
    assertThat(renewed.terms()).isEqualTo(login.terms());
    assertThat(cache.read(PROFILE)).isEqualTo(renewed);
    assertThat(sts.calls().get(1).get("DurationSeconds")).isEqualTo("3600");
    assertThat(warnings).isEmpty();

    CachedLogin again = current(renewed.credentials().expiration().plusSeconds(1));
    assertThat(again.credentials().accessKeyId()).isEqualTo("ASIA3");
  }

  @Test
  void tokenStaysWhereTheProviderGivesNoOther() throws Exception {
    CachedLogin login = login();
    provider.giveNoRefreshTokens();

    assertThat(current(login.credentials().expiration()).refreshToken())
        .isEqualTo(login.refreshToken());
  }

  @Test
  void withoutRefreshTokenTheLoginEnds() throws Exception {
    provider.giveNoRefreshTokens();
    CachedLogin login = login();
    Instant end = login.credentials().expiration();

    assertThat(current(end.minusSeconds(1))).isEqualTo(login);
    assertThatThrownBy(() -> current(end))
        .isInstanceOf(IOException.class)
        .hasMessage("the login of profile people has expired: run postern login again");
  }

  @Test
  void failedRenewalIsAWarningUntilTheEnd() throws Exception {
    CachedLogin login = login();
    Instant end = login.credentials().expiration();
    provider.forgetRefreshTokens();

    assertThat(current(end.minusSeconds(1))).isEqualTo(login);
    assertThat(warnings)
        .containsExactly(
            "the login of profile people cannot be renewed: the provider refused the refresh"
                + " token: invalid_grant: unknown, used before, or not yours");
    assertThatThrownBy(() -> current(end))
        .hasMessageStartingWith("the login of profile people has expired and cannot be renewed (")
        .hasMessageEndingWith("): run postern login again");
    assertThat(cache.read(PROFILE)).isEqualTo(login);
  }

  @Test
  void roleThatIsGoneEndsTheLogin() throws Exception {
    CachedLogin login = login();
    sts.refuse(new Fault("AccessDenied", 403, "Not authorized"));

    assertThatThrownBy(() -> current(login.credentials().expiration()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("(AccessDenied: Not authorized)");
  }

  /** The provider takes a refresh token once: the next one must not be lost with sts's refusal. */
  @Test
  void nextRefreshTokenIsKeptThoughTheServerRefuses() throws Exception {
    CachedLogin login = login();
    Instant end = login.credentials().expiration();
    sts.refuse(new Fault("InternalFailure", 500, "Later"));
    assertThat(current(end.minusSeconds(1)).credentials()).isEqualTo(login.credentials());

    sts.refuse(null);

    assertThat(current(end).credentials().accessKeyId()).isNotEqualTo("ASIA1");
  }

  @Test
  void renewedTokenMustBeOfTheSamePerson() throws Exception {
    CachedLogin login = login();
    provider.changeClaims(claims -> claims.put("sub", "somebody else"));

    assertThatThrownBy(() -> current(login.credentials().expiration()))
        .hasMessageContaining("of another person");
    assertThat(sts.calls()).hasSize(1);
  }

  @Test
  void nobodyAndFilesThatCannotBeUsedAreTold() throws Exception {
    assertThatThrownBy(() -> current(Instant.now()))
        .hasMessage("nobody is logged in as profile people: run postern login");

    login();
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> current(Instant.now()))
        .hasMessage(file() + " is open to others: its mode must be 0600");

    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file(), "{\"Format\":1,\"SecretAccessKey\":\"s3cret");
    assertThatThrownBy(() -> current(Instant.now()))
        .hasMessage(file() + " cannot be used: it cannot be read");
    Files.writeString(file(), "{\"Format\":2}");
    assertThatThrownBy(() -> current(Instant.now()))
        .hasMessageEndingWith("it is of another version of postern");
  }

  @Test
  void logoutRemovesTheFile() throws Exception {
    login();

    assertThat(cache.delete(PROFILE)).isTrue();
    assertThat(cache.delete(PROFILE)).isFalse();
    assertThat(file()).doesNotExist();
  }

  @Test
  void namesThatLeaveTheFolderAreRefused() {
    for (String name : List.of("", ".", "..", "../a", "a/b", "-a", ".a", "a b", "a".repeat(65))) {
      assertThat(LoginCache.isProfileName(name)).as(name).isFalse();
    }
    assertThat(LoginCache.isProfileName("Dev_1.eu@x-y")).isTrue();
  }

  @Test
  void cacheIsWhereTheDesktopSaysElseInTheHome() throws Exception {
    CachedLogin login = login();
    Path xdg = temporary.resolve("xdg");
    LoginCache.of(Map.of("XDG_CACHE_HOME", xdg.toString(), "HOME", "/nowhere"))
        .write(PROFILE, login);
    assertThat(xdg.resolve("postern/people.json")).exists();

    Path home = temporary.resolve("home");
    LoginCache.of(Map.of("XDG_CACHE_HOME", "relative", "HOME", home.toString()))
        .write(PROFILE, login);
    assertThat(home.resolve(".cache/postern/people.json")).exists();
  }
}
