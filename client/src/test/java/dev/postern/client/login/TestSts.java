package dev.postern.client.login;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postern.aws.Fault;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.query.MalformedFormException;
import dev.postern.aws.query.QueryForm;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.client.oidc.OidcProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * AssumeRoleWithWebIdentity on loopback for one provider, whose signature it checks. What a server
 * decides is tested with the server; here it has to refuse and to give short credentials on demand.
 */
public final class TestSts implements AutoCloseable {
  public static final String ROLE = "arn:aws:iam::123456789012:role/People";

  private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

  private final HttpServer server;
  private final OidcProvider provider;
  private final List<QueryForm> calls = new CopyOnWriteArrayList<>();
  private volatile Duration lifetime = Duration.ofHours(1);
  private volatile @Nullable Fault refusal;

  public TestSts(OidcProvider provider) throws IOException {
    this.provider = provider;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer(exchange);
          }
        });
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The calls so far; their order counts in what was given: {@code ASIA1}, {@code ASIA2}. */
  public List<QueryForm> calls() {
    return calls;
  }

  /** From now on credentials last so long. */
  public void give(Duration newLifetime) {
    lifetime = newLifetime;
  }

  /** From now on it refuses; null for no longer. */
  public void refuse(@Nullable Fault fault) {
    refusal = fault;
  }

  private void answer(HttpExchange exchange) throws IOException {
    HttpResponse response;
    try {
      QueryForm form = QueryForm.parse(exchange.getRequestBody().readAllBytes());
      calls.add(form);
      requireCall(exchange, form);
      response = new HttpResponse(200, Map.of(), credentials(form));
    } catch (Fault fault) {
      response = FaultResponse.write(fault, Protocol.QUERY, NAMESPACE, "request-1");
    } catch (MalformedFormException | MalformedJsonException | GeneralSecurityException broken) {
      throw new IOException(broken);
    }
    exchange.getResponseHeaders().set("Content-Type", "text/xml");
    exchange.sendResponseHeaders(response.status(), response.body().length);
    exchange.getResponseBody().write(response.body());
  }

  private void requireCall(HttpExchange exchange, QueryForm form)
      throws GeneralSecurityException, MalformedJsonException {
    Fault wanted = refusal;
    if (wanted != null) {
      throw wanted;
    }
    boolean sound =
        exchange.getRequestMethod().equals("POST")
            && !exchange.getRequestHeaders().containsKey("Authorization")
            && "AssumeRoleWithWebIdentity".equals(form.get("Action"))
            && "2011-06-15".equals(form.get("Version"))
            && ROLE.equals(form.get("RoleArn"));
    if (!sound) {
      throw new Fault("ValidationError", 400, "this is not the call that was expected");
    }
    String[] token = Objects.requireNonNull(form.get("WebIdentityToken")).split("\\.", -1);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(provider.publicKey());
    signature.update((token[0] + "." + token[1]).getBytes(StandardCharsets.US_ASCII));
    Map<String, Object> claims = Json.readObject(Base64.getUrlDecoder().decode(token[1]));
    if (!signature.verify(Base64.getUrlDecoder().decode(token[2]))
        || !provider.issuer().equals(claims.get("iss"))) {
      throw new Fault("InvalidIdentityToken", 400, "the token is not of the provider");
    }
  }

  private byte[] credentials(QueryForm form) {
    int number = calls.size();
    Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(lifetime);
    return new XmlWriter()
        .open("AssumeRoleWithWebIdentityResponse", NAMESPACE)
        .open("AssumeRoleWithWebIdentityResult")
        .open("AssumedRoleUser")
        .element(
            "Arn", "arn:aws:sts::123456789012:assumed-role/People/" + form.get("RoleSessionName"))
        .close()
        .open("Credentials")
        .element("AccessKeyId", "ASIA" + number)
        .element("SecretAccessKey", "secret+/" + number)
        .element("SessionToken", "token+/" + number)
        .element("Expiration", Timestamps.iso8601(end))
        .close()
        .close()
        .close()
        .toBytes();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
