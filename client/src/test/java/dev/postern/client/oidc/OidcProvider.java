package dev.postern.client.oidc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.postern.aws.json.Json;
import dev.postern.aws.query.MalformedFormException;
import dev.postern.aws.query.QueryForm;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * An OpenID Connect provider on loopback: discovery, keys, authorization code with PKCE for one
 * public client, refresh tokens that are replaced at each use. The person is logged in already and
 * consents, so that the authorization endpoint redirects at once.
 */
public final class OidcProvider implements AutoCloseable {
  public static final String CLIENT = "postern-cli";
  public static final String SUBJECT = "248289761001";
  public static final String PERSON = "jane.doe@example.org";

  private static final Pattern REDIRECT = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/callback");
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(10);
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final HttpServer server;
  private final String issuer;
  private final KeyPair key;
  private final String keyId = UUID.randomUUID().toString();
  private final Map<String, QueryForm> codes = new ConcurrentHashMap<>();
  private final Map<String, String> refreshTokens = new ConcurrentHashMap<>();
  private final AtomicInteger renewals = new AtomicInteger();

  private volatile boolean renewing = true;
  private volatile Map<String, String> refusal = Map.of();
  private volatile Consumer<Map<String, Object>> claimsChange = claims -> {};
  private volatile Consumer<Map<String, Object>> descriptionChange = description -> {};

  private OidcProvider(HttpServer server, String issuer) throws GeneralSecurityException {
    this.server = server;
    this.issuer = issuer;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    this.key = generator.generateKeyPair();
    context("/.well-known/openid-configuration", this::describe);
    context("/jwks", this::keys);
    context("/authorize", this::authorize);
    context("/token", this::token);
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.start();
  }

  /** Without TLS, as a provider on the own machine may be. */
  public static OidcProvider http() throws Exception {
    HttpServer server = HttpServer.create(anyPort(), 0);
    return new OidcProvider(server, "http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** With TLS at the name localhost. */
  public static OidcProvider https(TestCertificate certificate) throws Exception {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
    return new OidcProvider(server, "https://localhost:" + server.getAddress().getPort());
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  public String issuer() {
    return issuer;
  }

  public PublicKey publicKey() {
    return key.getPublic();
  }

  /** How often a refresh token was used with success. */
  public int renewals() {
    return renewals.get();
  }

  /** From now on it gives no refresh tokens. */
  public void giveNoRefreshTokens() {
    renewing = false;
  }

  /** From now on the refresh tokens that it gave are worth nothing. */
  public void forgetRefreshTokens() {
    refreshTokens.clear();
  }

  /** From now on the person is refused. */
  public void refuse(String error, String description) {
    refusal = Map.of("error", error, "error_description", description);
  }

  /** From now on its ID tokens are changed before they are signed. */
  public void changeClaims(Consumer<Map<String, Object>> change) {
    claimsChange = change;
  }

  /** From now on its description of itself is changed. */
  public void changeDescription(Consumer<Map<String, Object>> change) {
    descriptionChange = change;
  }

  private interface Page {
    void answer(HttpExchange exchange) throws Exception;
  }

  private void context(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            page.answer(exchange);
          } catch (MalformedFormException malformed) {
            send(exchange, 400, Map.of("error", "invalid_request"));
          } catch (GeneralSecurityException broken) {
            throw new IOException(broken);
          } catch (IOException | RuntimeException failed) {
            throw failed;
          } catch (Exception unknown) {
            throw new IllegalStateException(unknown);
          }
        });
  }

  private void describe(HttpExchange exchange) throws IOException {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("issuer", issuer);
    description.put("authorization_endpoint", issuer + "/authorize?tenant=t");
    description.put("token_endpoint", issuer + "/token");
    description.put("jwks_uri", issuer + "/jwks");
    description.put("response_types_supported", List.of("code"));
    description.put("subject_types_supported", List.of("public"));
    description.put("id_token_signing_alg_values_supported", List.of("RS256"));
    description.put(
        "scopes_supported", List.of("openid", "profile", "email", "phone", "offline_access"));
    description.put("code_challenge_methods_supported", List.of("S256"));
    description.put("authorization_response_iss_parameter_supported", true);
    descriptionChange.accept(description);
    send(exchange, 200, description);
  }

  private void keys(HttpExchange exchange) throws IOException {
    RSAPublicKey rsa = (RSAPublicKey) key.getPublic();
    send(
        exchange,
        200,
        Map.of(
            "keys",
            List.of(
                Map.of(
                    "kty",
                    "RSA",
                    "use",
                    "sig",
                    "alg",
                    "RS256",
                    "kid",
                    keyId,
                    "n",
                    unsigned(rsa.getModulus()),
                    "e",
                    unsigned(rsa.getPublicExponent())))));
  }

  private static String unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int start = bytes[0] == 0 ? 1 : 0;
    return BASE64.encodeToString(java.util.Arrays.copyOfRange(bytes, start, bytes.length));
  }

  private void authorize(HttpExchange exchange) throws Exception {
    QueryForm request = QueryForm.parse(exchange.getRequestURI().getRawQuery());
    boolean sound =
        "code".equals(request.get("response_type"))
            && "t".equals(request.get("tenant"))
            && CLIENT.equals(request.get("client_id"))
            && REDIRECT.matcher(text(request, "redirect_uri")).matches()
            && "S256".equals(request.get("code_challenge_method"))
            && text(request, "code_challenge").length() == 43
            && !text(request, "state").isEmpty()
            && !text(request, "nonce").isEmpty()
            && List.of(text(request, "scope").split(" ")).contains("openid");
    if (!sound) {
      send(exchange, 400, Map.of("error", "invalid_request"));
      return;
    }
    Map<String, String> answer = new LinkedHashMap<>(refusal);
    if (answer.isEmpty()) {
      String code = UUID.randomUUID().toString();
      codes.put(code, request);
      answer.put("code", code);
    }
    answer.put("state", text(request, "state"));
    answer.put("iss", issuer);
    exchange
        .getResponseHeaders()
        .set("Location", request.get("redirect_uri") + "?" + QueryForm.encode(answer));
    exchange.sendResponseHeaders(302, -1);
  }

  private void token(HttpExchange exchange) throws Exception {
    QueryForm form = QueryForm.parse(exchange.getRequestBody().readAllBytes());
    boolean ours =
        exchange.getRequestMethod().equals("POST") && CLIENT.equals(form.get("client_id"));
    String nonce =
        switch (ours ? text(form, "grant_type") : "") {
          case "authorization_code" -> redeemed(form);
          case "refresh_token" -> refreshTokens.remove(text(form, "refresh_token"));
          default -> null;
        };
    if (nonce == null) {
      Map<String, Object> error = new LinkedHashMap<>();
      error.put("error", "invalid_grant");
      error.put("error_description", "unknown, used before, or not yours");
      send(exchange, 400, error);
      return;
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("token_type", "Bearer");
    answer.put("access_token", UUID.randomUUID().toString());
    answer.put("expires_in", TOKEN_LIFETIME.toSeconds());
    if (form.get("code") == null) {
      renewals.incrementAndGet();
      answer.put("id_token", idToken(""));
    } else {
      answer.put("id_token", idToken(nonce));
    }
    if (renewing) {
      String refreshToken = "refresh-" + UUID.randomUUID();
      refreshTokens.put(refreshToken, nonce);
      answer.put("refresh_token", refreshToken);
    }
    send(exchange, 200, answer);
  }

  /** The nonce of the request whose code this is; null when it may not be redeemed. */
  private String redeemed(QueryForm form) throws GeneralSecurityException {
    QueryForm request = codes.remove(text(form, "code"));
    if (request == null) {
      return null;
    }
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest(text(form, "code_verifier").getBytes(StandardCharsets.US_ASCII));
    boolean same =
        BASE64.encodeToString(hash).equals(request.get("code_challenge"))
            && text(form, "redirect_uri").equals(request.get("redirect_uri"));
    return same ? request.get("nonce") : null;
  }

  /** An ID token for the client, with a nonce unless that is empty. */
  public String idToken(String nonce) throws GeneralSecurityException {
    Instant now = Instant.now();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer);
    claims.put("sub", SUBJECT);
    claims.put("aud", CLIENT);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(TOKEN_LIFETIME).getEpochSecond());
    claims.put("email", PERSON);
    if (!nonce.isEmpty()) {
      claims.put("nonce", nonce);
    }
    claimsChange.accept(claims);
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "RS256");
    header.put("typ", "JWT");
    header.put("kid", keyId);
    String signed =
        BASE64.encodeToString(Json.write(header)) + "." + BASE64.encodeToString(Json.write(claims));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + BASE64.encodeToString(signature.sign());
  }

  private static String text(QueryForm form, String name) {
    return Objects.requireNonNullElse(form.get(name), "");
  }

  private static void send(HttpExchange exchange, int status, Map<String, ?> body)
      throws IOException {
    byte[] json = Json.write(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, json.length);
    exchange.getResponseBody().write(json);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
