package dev.postern.client.login;

import dev.postern.aws.Exchange;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gets credentials for a person: at first with the person's browser, later with the refresh token
 * alone. Keeps nothing.
 */
public final class Login {
  private final Exchange http;
  private final LoginTerms terms;

  /**
   * @param http for the provider and for sts
   */
  public Login(Exchange http, LoginTerms terms) {
    this.http = http;
    this.terms = terms;
  }

  /**
   * Sends the person to the provider, waits for the answer and assumes the role.
   *
   * @param redirectPort of the loopback address to which the provider answers, 0 for a free one
   * @param patience for the person
   * @param person shows the address, or opens it
   * @throws dev.postern.aws.Fault when the server refuses
   * @throws IOException when the provider refuses or does not keep to the protocol
   */
  public CachedLogin withBrowser(
      int redirectPort, Duration patience, RandomGenerator random, Consumer<URI> person)
      throws IOException {
    Provider provider = Provider.discover(http, terms.issuer());
    AuthorizationRequest request;
    String code;
    try (LoopbackRedirect redirect = LoopbackRedirect.open(redirectPort)) {
      request = AuthorizationRequest.create(terms.clientId(), redirect.address(), random);
      redirect.expect(request.state(), provider);
      person.accept(request.address(provider));
      code = redirect.await(patience);
    }
    Tokens tokens = new TokenEndpoint(http, provider).redeem(code, request);
    IdentityClaims claims = IdentityClaims.read(tokens.idToken());
    claims.require(provider, terms.clientId());
    claims.requireNonce(request.nonce());
    return assume(tokens, claims, tokens.refreshToken());
  }

  /** Keeps what a renewal has got so far: a provider takes a refresh token once only. */
  @FunctionalInterface
  interface Progress {
    void keep(CachedLogin login) throws IOException;
  }

  /**
   * Gets new credentials without the person.
   *
   * @param progress is given the former login with the next refresh token, before sts is asked
   * @throws dev.postern.aws.Fault when the server refuses
   * @throws IOException when the provider refuses, or means another person now
   */
  CachedLogin renew(CachedLogin former, String refreshToken, Progress progress) throws IOException {
    Provider provider = Provider.discover(http, terms.issuer());
    Tokens tokens = new TokenEndpoint(http, provider).renew(refreshToken, terms.clientId());
    IdentityClaims claims = IdentityClaims.read(tokens.idToken());
    claims.require(provider, terms.clientId());
    if (!claims.subject().equals(former.subject())) {
      throw new IOException("the provider's ID token is of another person than before");
    }
    String next = tokens.refreshToken() == null ? refreshToken : tokens.refreshToken();
    if (!next.equals(refreshToken)) {
      progress.keep(
          new CachedLogin(terms, former.subject(), former.arn(), former.credentials(), next));
    }
    return assume(tokens, claims, next);
  }

  private CachedLogin assume(Tokens tokens, IdentityClaims claims, @Nullable String refreshToken)
      throws IOException {
    WebIdentityCall.Assumed assumed =
        new WebIdentityCall(http, terms).assume(tokens.idToken(), claims.sessionName());
    return new CachedLogin(
        terms, claims.subject(), assumed.arn(), assumed.credentials(), refreshToken);
  }
}
