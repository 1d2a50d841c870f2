package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that check the certificate as they would in use, over a real connection. */
class CertificateHandshakeTest {
  private static final String PYTHON =
      """
      import socket, ssl, sys
      ca, port, name = sys.argv[1:]
      context = ssl.create_default_context(cafile=ca)
      context.verify_flags |= ssl.VERIFY_X509_STRICT
      with socket.create_connection(("127.0.0.1", int(port)), 10) as plain:
          with context.wrap_socket(plain, server_hostname=name) as tls:
              print(tls.version())
      """;

  @TempDir Path directory;
  private CertificateAuthority authority;
  private SSLServerSocket server;
  private Thread acceptor;

  @BeforeEach
  void setUp() throws Exception {
    ServerNames names =
        ServerNames.of(
            new ListenAddress("127.0.0.1", 0), URI.create("https://localhost"), Optional.empty());
    authority =
        CertificateAuthority.open(directory, names, InstantSource.system(), new SecureRandom());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    Certificate[] chain = authority.current().chain().toArray(Certificate[]::new);
    keys.setKeyEntry("server", authority.current().key(), new char[0], chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
    acceptor = Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
          socket.startHandshake();
        } catch (IOException refused) {
          if (server.isClosed()) {
            return;
          }
        }
      }
    } catch (RuntimeException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  @AfterEach
  void tearDown() throws Exception {
    server.close();
    acceptor.join();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
  void pythonAcceptsTheServer(String name) throws Exception {

    Command run =
        Command.run(
            Map.of(),
            List.of(
                "python3",
                "-c",
                PYTHON,
                directory.resolve("ca.pem").toString(),
                Integer.toString(server.getLocalPort()),
                name));

    assertThat(run.errors()).isEmpty();
    assertThat(run.output()).isEqualTo("TLSv1.3\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
  void javaAcceptsTheServer(String name) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    X509Certificate ca = authority.trustAnchors().getFirst();
    trusted.setCertificateEntry("ca", ca);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);

    try (Socket plain = new Socket("127.0.0.1", server.getLocalPort());
        SSLSocket socket =
            (SSLSocket)
                context.getSocketFactory().createSocket(plain, name, server.getLocalPort(), true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();

      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }
  }
}
