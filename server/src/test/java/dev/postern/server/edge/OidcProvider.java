package dev.postern.server.edge;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.postern.aws.json.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An OpenID Connect provider on this machine, with a certificate that nobody signed. */
final class OidcProvider implements AutoCloseable {
  static final String CLIENT = "postern-cli";

  private final HttpsServer server;
  private final X509Certificate certificate;
  private final AtomicInteger keyRequests = new AtomicInteger();
  private volatile RSAKey rsa;
  private final ECKey ec;
  private volatile boolean down;
  private volatile String announcedIssuer;

  OidcProvider() throws Exception {
    this("localhost");
  }

  /** A provider on localhost with a certificate for this host. */
  OidcProvider(String certifiedHost) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
    certificate = certificate(pair, certifiedHost);
    rsa = rsa("k1");
    ec = new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(pair, certificate)));
    server.createContext("/.well-known/openid-configuration", this::configuration);
    server.createContext("/keys", this::keys);
    server.start();
    announcedIssuer = issuer();
  }

  private static RSAKey rsa(String id) throws JOSEException {
    return new RSAKeyGenerator(2048).keyID(id).generate();
  }

  private static X509Certificate certificate(KeyPair pair, String host) throws Exception {
    var name = new X500Name("CN=provider");
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(Instant.now().minus(Duration.ofDays(1))),
            Date.from(Instant.now().plus(Duration.ofDays(1))),
            name,
            pair.getPublic());
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private static SSLContext context(KeyPair pair, X509Certificate certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("key", pair.getPrivate(), new char[0], new X509Certificate[] {certificate});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private void configuration(HttpExchange exchange) throws IOException {
    send(
        exchange,
        Json.writeString(
            Map.of("issuer", announcedIssuer, "jwks_uri", "https://" + url() + "/keys")));
  }

  private void keys(HttpExchange exchange) throws IOException {
    keyRequests.incrementAndGet();
    send(exchange, new JWKSet(List.<JWK>of(rsa, ec)).toPublicJWKSet().toString());
  }

  private void send(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(down ? 503 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** The issuer without its scheme. */
  String url() {
    return "localhost:" + server.getAddress().getPort();
  }

  String issuer() {
    return "https://" + url();
  }

  String arn() {
    return "arn:aws:iam::" + EdgeFixture.ACCOUNT + ":oidc-provider/" + url();
  }

  String thumbprint() throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded()));
  }

  int keyRequests() {
    return keyRequests.get();
  }

  void down(boolean now) {
    down = now;
  }

  void announce(String issuer) {
    announcedIssuer = issuer;
  }

  void rotate() throws JOSEException {
    rsa = rsa("k2");
  }

  /** Good claims, to be changed. */
  JWTClaimsSet.Builder claims(Instant now) {
    return new JWTClaimsSet.Builder()
        .issuer(issuer())
        .subject("ann@example.com")
        .audience(CLIENT)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(600)));
  }

  String token(JWTClaimsSet claims) throws JOSEException {
    return sign(JWSAlgorithm.RS256, claims, rsa);
  }

  String ecToken(JWTClaimsSet claims) throws JOSEException {
    var jwt = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("e1").build(), claims);
    jwt.sign(new ECDSASigner(ec));
    return jwt.serialize();
  }

  String sign(JWSAlgorithm algorithm, JWTClaimsSet claims, RSAKey key) throws JOSEException {
    var jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
    jwt.sign(new RSASSASigner(key));
    return jwt.serialize();
  }

  RSAKey key() {
    return rsa;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
