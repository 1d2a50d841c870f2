package dev.postern.e2e;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.RequestSigner;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Calls the server from an address of the test's choice, which the AWS CLI and the SDKs cannot.
 * Headers may be added after the signing, as whoever sits in between would.
 */
final class BoundCaller {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final RunningServer server;
  private final int port;
  private final Credentials credentials;

  /**
   * @param port where to connect to, on loopback: a proxy's or the server's own
   */
  BoundCaller(RunningServer server, int port, Credentials credentials) {
    this.server = server;
    this.port = port;
    this.credentials = credentials;
  }

  /** Calls DescribeActivations; the whole answer as text, status line first. */
  String call(String fromAddress, String... unsignedHeaders) throws Exception {
    HttpRequest signed =
        RequestSigner.sign(
            new HttpRequest(
                "POST",
                URI.create("https://localhost:" + port + "/"),
                Map.of(
                    "content-type", List.of("application/x-amz-json-1.1"),
                    "x-amz-target", List.of("AmazonSSM.DescribeActivations")),
                "{}".getBytes(StandardCharsets.UTF_8)),
            credentials,
            "us-east-1",
            "ssm",
            Instant.now());
    StringBuilder head = new StringBuilder("POST / HTTP/1.1\r\n");
    head.append("Host: ").append(signed.host()).append("\r\n");
    head.append("Content-Length: ").append(signed.body().length).append("\r\n");
    head.append("Connection: close\r\n");
    signed
        .headers()
        .forEach((name, values) ->
            values.forEach(value -> head.append(name).append(": ").append(value).append("\r\n")));
    for (String header : unsignedHeaders) {
      head.append(header).append("\r\n");
    }
    head.append("\r\n");
    try (SSLSocket socket = connect(fromAddress)) {
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(signed.body());
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private SSLSocket connect(String fromAddress) throws IOException, GeneralSecurityException {
    Socket plain = new Socket();
    plain.setSoTimeout((int) TIMEOUT.toMillis());
    plain.bind(new InetSocketAddress(InetAddress.ofLiteral(fromAddress), 0));
    plain.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trustManagers().getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  private TrustManagerFactory trustManagers() throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream ca = Files.newInputStream(server.ca())) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    return managers;
  }
}
