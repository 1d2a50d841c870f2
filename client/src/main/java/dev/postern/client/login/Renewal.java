package dev.postern.client.login;

import dev.postern.aws.Exchange;
import dev.postern.aws.Fault;
import dev.postern.aws.credentials.CredentialChain;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives the credentials of a kept login as long as they last, and new ones where it can. */
public final class Renewal {
  private final LoginCache cache;
  private final InstantSource clock;
  private final Connector connector;

  /** Makes the way to the provider and to sts; asked only when a login is renewed. */
  @FunctionalInterface
  public interface Connector {
    /**
     * The way for a login.
     *
     * @throws IOException when its certificates cannot be read
     */
    Exchange connect(LoginTerms terms) throws IOException;
  }

  public Renewal(LoginCache cache, InstantSource clock, Connector connector) {
    this.cache = cache;
    this.clock = clock;
    this.connector = connector;
  }

  /**
   * The profile's login with credentials that are valid now.
   *
   * @param warning told why a login that ends soon could not be renewed
   * @throws IOException when there is none, or it has expired; the text says what to do
   */
  public CachedLogin current(String profile, Consumer<String> warning) throws IOException {
    CachedLogin login = read(profile);
    if (!endsSoon(login)) {
      return login;
    }
    if (login.refreshToken() == null) {
      return stillValid(profile, login, "");
    }
    try {
      return renew(profile);
    } catch (IOException | Fault failed) {
      String reason = failed.getMessage() == null ? failed.toString() : failed.getMessage();
      CachedLogin valid = stillValid(profile, login, " and cannot be renewed (" + reason + ")");
      warning.accept("the login of profile " + profile + " cannot be renewed: " + reason);
      return valid;
    }
  }

  private CachedLogin renew(String profile) throws IOException {
    try (LoginCache.Turn turn = cache.awaitTurn()) {
      // Another process may have renewed it, or removed it, while this one waited.
      CachedLogin login = read(profile);
      String refreshToken = login.refreshToken();
      if (!endsSoon(login) || refreshToken == null) {
        return stillValid(profile, login, "");
      }
      Login again = new Login(connector.connect(login.terms()), login.terms());
      CachedLogin renewed = again.renew(login, refreshToken, kept -> turn.write(profile, kept));
      turn.write(profile, renewed);
      return renewed;
    }
  }

  private CachedLogin read(String profile) throws IOException {
    @Nullable CachedLogin login = cache.read(profile);
    if (login == null) {
      throw new IOException("nobody is logged in as profile " + profile + ": run postern login");
    }
    return login;
  }

  private boolean endsSoon(CachedLogin login) {
    Instant end = login.credentials().expiration();
    return !clock.instant().isBefore(end.minus(CredentialChain.REFRESH_BEFORE));
  }

  private CachedLogin stillValid(String profile, CachedLogin login, String why) throws IOException {
    Instant end = login.credentials().expiration();
    if (clock.instant().isBefore(end)) {
      return login;
    }
    throw new IOException(
        "the login of profile " + profile + " has expired" + why + ": run postern login again");
  }
}
