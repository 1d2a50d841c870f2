package dev.postern.server.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSocket;

/** A listener on a free port with its own certificate and loops. */
public final class TestListener implements AutoCloseable {
  private static final int READ_TIMEOUT_MS = 20_000;

  private final EventLoops loops;
  private final Listener listener;
  private final TestCertificate certificate;
  private final InetSocketAddress address;
  private final HttpClient client;

  /** Starts with loops of its own. */
  public TestListener(HttpHandler handler) throws Exception {
    this(handler, new EventLoops(2));
  }

  /** Starts on these loops, which it closes with itself. */
  public TestListener(HttpHandler handler, EventLoops loops) throws Exception {
    this(handler, loops, List.of());
  }

  /** With peers whose word about clients counts. */
  public TestListener(HttpHandler handler, EventLoops loops, List<AddressRange> trustedProxies)
      throws Exception {
    this.certificate = TestCertificate.numbered(1);
    this.loops = loops;
    this.listener =
        new Listener(
            new ListenerOptions(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                certificate.forServer(),
                trustedProxies),
            loops,
            handler);
    this.address = listener.start();
    this.client =
        HttpClient.newBuilder()
            .sslContext(certificate.trust())
            .connectTimeout(Duration.ofSeconds(20))
            .build();
  }

  Listener listener() {
    return listener;
  }

  TestCertificate certificate() {
    return certificate;
  }

  /** A client that trusts this listener. */
  public HttpClient client() {
    return client;
  }

  /** Host and port as clients write them. */
  public String authority() {
    return "localhost:" + address.getPort();
  }

  /** An address of this listener. */
  public URI uri(String scheme, String target) {
    return URI.create(scheme + "://" + authority() + target);
  }

  InetSocketAddress address() {
    return address;
  }

  /** A TLS connection without anything on it. */
  public SSLSocket connect() throws IOException {
    SSLSocket socket =
        (SSLSocket)
            certificate
                .trust()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), address.getPort());
    socket.setSoTimeout(READ_TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public void close() {
    // The client last: it hears how its connections end.
    listener.close();
    loops.close();
    client.shutdownNow();
  }
}
