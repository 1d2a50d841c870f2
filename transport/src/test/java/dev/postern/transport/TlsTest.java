package dev.postern.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.postern.aws.HttpRequest;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TlsTest {
  @TempDir private static Path directory;

  private static HttpsServer serve(TestCertificates certificates, Set<Integer> clientPorts)
      throws Exception {
    return serve(new HttpsConfigurator(certificates.serverContext()), clientPorts);
  }

  private static HttpsServer serve(HttpsConfigurator tls, Set<Integer> clientPorts)
      throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(tls);
    server.createContext(
        "/",
        exchange -> {
          clientPorts.add(exchange.getRemoteAddress().getPort());
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static Trust trusting(TestCertificates certificates) throws Exception {
    return Trust.withBundle(Files.writeString(directory.resolve("ca.pem"), certificates.pem()));
  }

  private static HttpRequest post(HttpsServer server, String host) {
    return new HttpRequest(
        "POST",
        URI.create("https://" + host + ":" + server.getAddress().getPort() + "/"),
        Map.of(),
        new byte[100_000]);
  }

  @Test
  void bundleIsTrustedAndTheConnectionUsedAgain() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
    HttpsServer server = serve(certificates, clientPorts);
    try (HttpsClient client = new HttpsClient(trusting(certificates), ProxySettings.DIRECT)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.exchange(post(server, "localhost")).body()).hasSize(100_000);
      }
      assertThat(clientPorts).hasSize(1);
      assertThat(client.exchange(post(server, "127.0.0.1")).status()).isEqualTo(200);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void fewSessionsAreKept() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    Trust trust = trusting(certificates);
    for (int i = 0; i < Trust.SESSIONS_MAX + 5; i++) {
      HttpsServer server = serve(certificates, ConcurrentHashMap.newKeySet());
      try (HttpsClient client = new HttpsClient(trust, ProxySettings.DIRECT)) {
        assertThat(client.exchange(post(server, "localhost")).status()).isEqualTo(200);
      } finally {
        server.stop(0);
      }
    }

    assertThat(Collections.list(trust.context().getClientSessionContext().getIds()))
        .hasSizeBetween(1, Trust.SESSIONS_MAX);
  }

  /** Each session of Java's holds those that were resumed from it. */
  @Test
  void connectionThatStaysOpenKeepsNoLaterSessionsAlive() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    Trust trust = trusting(certificates);
    HttpsServer server = serve(certificates, ConcurrentHashMap.newKeySet());
    List<WeakReference<SSLSession>> later = new ArrayList<>();
    try (SSLSocket longest = greet(trust, server)) {
      for (int i = 0; i < 2 * Trust.CONNECTIONS_PER_CONTEXT; i++) {
        try (SSLSocket socket = greet(trust, server)) {
          later.add(new WeakReference<>(socket.getSession()));
        }
      }
      System.gc();

      assertThat(longest.getSession().isValid()).isTrue();
      assertThat(later)
          .filteredOn(session -> session.get() != null)
          .hasSizeBetween(1, Trust.CONNECTIONS_PER_CONTEXT * 3 / 2);
    } finally {
      server.stop(0);
    }
  }

  /** An open connection that has read the server's tickets. */
  private static SSLSocket greet(Trust trust, HttpsServer server) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            trust
                .context()
                .getSocketFactory()
                .createSocket("localhost", server.getAddress().getPort());
    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
    assertThat(socket.getInputStream().read()).isEqualTo('H');
    return socket;
  }

  @Test
  void authorityWhoseNameIsWrittenInAnotherWayIsFound() throws Exception {
    TestCertificates.Respelled respelled = TestCertificates.respelled(directory);
    Path bundle = Files.writeString(directory.resolve("respelled.pem"), respelled.authority());
    HttpsServer server = serve(respelled.server(), ConcurrentHashMap.newKeySet());
    try (HttpsClient client = new HttpsClient(Trust.withBundle(bundle), ProxySettings.DIRECT)) {
      assertThat(client.exchange(post(server, "localhost")).status()).isEqualTo(200);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void brokenCertificateMattersToWhoNeedsIt() throws Exception {
    String good = TestCertificates.valid().pem();
    String broken = TestCertificates.forAnotherName().brokenPem();
    Path bundle = Files.writeString(directory.resolve("partly.pem"), good + broken);
    HttpsServer server = serve(TestCertificates.valid(), ConcurrentHashMap.newKeySet());
    HttpsServer other = serve(TestCertificates.forAnotherName(), ConcurrentHashMap.newKeySet());
    HttpsServer expired = serve(TestCertificates.expired(), ConcurrentHashMap.newKeySet());
    try (HttpsClient client = new HttpsClient(Trust.withBundle(bundle), ProxySettings.DIRECT)) {
      assertThat(client.exchange(post(server, "localhost")).status()).isEqualTo(200);
      refused(other, Trust.withBundle(bundle), "CA bundle " + bundle + ": certificate 2 is broken");
      refused(expired, Trust.withBundle(bundle), "it has expired");
    } finally {
      server.stop(0);
      other.stop(0);
      expired.stop(0);
    }
  }

  @Test
  void serverWithOtherKeyExchangesIsReached() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    HttpsServer server =
        serve(
            new HttpsConfigurator(certificates.serverContext()) {
              @Override
              public void configure(HttpsParameters parameters) {
                SSLParameters ofNist = getSSLContext().getDefaultSSLParameters();
                ofNist.setNamedGroups(new String[] {"secp256r1"});
                parameters.setSSLParameters(ofNist);
              }
            },
            ConcurrentHashMap.newKeySet());
    Trust trust = trusting(certificates);
    try (HttpsClient client = new HttpsClient(trust, ProxySettings.DIRECT)) {
      assertThat(client.exchange(post(server, "localhost")).status()).isEqualTo(200);
      assertThat(trust.everyGroup()).as("known from now on").isTrue();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void unknownIssuerIsSaidSo() throws Exception {
    HttpsServer server = serve(TestCertificates.valid(), ConcurrentHashMap.newKeySet());
    try {
      refused(
          server, Trust.system(), "no certificate authority that is trusted here has issued it");
      refused(
          server,
          trusting(TestCertificates.forAnotherName()),
          "no certificate authority that is trusted here has issued it");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void certificateForAnotherNameIsRefused() throws Exception {
    TestCertificates certificates = TestCertificates.forAnotherName();
    HttpsServer server = serve(certificates, ConcurrentHashMap.newKeySet());
    try {
      refused(server, trusting(certificates), "No subject alternative DNS name matching localhost");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void expiredCertificateIsRefused() throws Exception {
    TestCertificates certificates = TestCertificates.expired();
    HttpsServer server = serve(certificates, ConcurrentHashMap.newKeySet());
    try {
      refused(server, trusting(TestCertificates.valid()), "it has expired");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void systemsRootsNamedAsTheBundleAreReadOnceAndNotBefore() throws Exception {
    HttpsServer server = serve(TestCertificates.valid(), ConcurrentHashMap.newKeySet());
    try {
      Trust named = Trust.withBundle(Objects.requireNonNull(Trust.systemBundle()));
      assertThat(named.authorities()).isInstanceOf(LazyTrustManager.class);
      refused(server, named, "no certificate authority that is trusted here has issued it");
    } finally {
      server.stop(0);
    }
  }

  private static void refused(HttpsServer server, Trust trust, String why) {
    try (HttpsClient client = new HttpsClient(trust, ProxySettings.DIRECT)) {
      assertThatIOException()
          .isThrownBy(() -> client.exchange(post(server, "localhost")))
          .withMessageContaining(
              "the certificate of localhost:" + server.getAddress().getPort() + " is not trusted")
          .withMessageContaining(why);
    }
  }

  @Test
  void serverWithoutModernTlsIsRefused() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    try (SSLServerSocket listener =
        (SSLServerSocket)
            certificates.serverContext().getServerSocketFactory().createServerSocket(0)) {
      listener.setEnabledProtocols(new String[] {"TLSv1.1"});
      Thread.ofVirtual()
          .start(() -> {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
              socket.startHandshake();
            } catch (IOException e) {
              // The refusal that the client reports.
            }
          });
      try (HttpsClient client = new HttpsClient(trusting(certificates), ProxySettings.DIRECT)) {
        URI uri = URI.create("https://localhost:" + listener.getLocalPort() + "/");
        assertThatIOException()
            .isThrownBy(() -> client.exchange(new HttpRequest("GET", uri, Map.of(), new byte[0])))
            .withMessageContaining("TLS with localhost");
      }
    }
  }

  @Test
  void plainServerBehindAnHttpsAddressIsSaidSo() throws Exception {
    try (ScriptedServer server =
            new ScriptedServer(peer -> peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
        HttpsClient client = new HttpsClient(Trust.system(), ProxySettings.DIRECT)) {
      assertThatIOException()
          .isThrownBy(() ->
              client.exchange(new HttpRequest("GET", server.uri("https"), Map.of(), new byte[0])))
          .withMessageContaining("TLS with 127.0.0.1:" + server.port() + " failed");
    }
  }
}
