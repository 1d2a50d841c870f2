package dev.postern.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An open connection to a target: TCP, through a proxy where the settings say so, TLS where the
 * target wants it.
 *
 * <p>One thread reads and one writes at a time. {@link #close} may be called by any thread, wakes
 * both and never waits: it drops TCP without TLS's close_notify, because an SSLSocket waits for its
 * blocked writer before it can send one.
 */
final class Connection implements Closeable {
  private static final int PROXY_ANSWER_BYTES_MAX = 16 << 10;

  /** As strong as anybody needs, with ten rounds for fourteen; the JDK would put it second. */
  private static final String FASTEST_SUITE = "TLS_AES_128_GCM_SHA256";

  /**
   * Key exchanges offered at first. With a curve of NIST among them the JDK makes a key for that
   * too in each handshake, which takes a program that has just started 60 ms.
   */
  static final List<String> FAST_GROUPS = List.of("x25519");

  /**
   * How servers say that they have no key exchange in common with us (RFC 8446 6.2); Java's last.
   */
  private static final List<String> NOTHING_IN_COMMON =
      List.of("handshake_failure", "insufficient_security", "unexpected_message");

  /**
   * Then the first packet is sent anew: TCP repeats it after 1 s, 3 s, 7 s and 15 s, and what came
   * back in between would be met that much later.
   */
  private static final long TRY_MAX_NANOS = TimeUnit.SECONDS.toNanos(4);

  private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private final PatientSocket tcp;
  private final ByteInput input;
  private final OutputStream output;
  private final ProxySettings.@Nullable Proxy forwardProxy;

  private Connection(PatientSocket tcp, Socket top, ProxySettings.@Nullable Proxy forwardProxy)
      throws IOException {
    this.tcp = tcp;
    this.forwardProxy = forwardProxy;
    this.input = new ByteInput(top.getInputStream());
    this.output = new CorkedOutput(tcp, top.getOutputStream());
  }

  /** What decides how a connection is made. */
  record Route(Target target, ProxySettings.@Nullable Proxy proxy, boolean tunnel) {}

  /**
   * Connects and, for a secure target, finishes the TLS handshake.
   *
   * @param deadlineNanos for all of it; later reads need a {@link #patience} of their own
   * @throws IOException saying who could not be reached or believed, and why
   */
  static Connection open(Route route, Trust trust, long deadlineNanos) throws IOException {
    boolean everyGroup = trust.everyGroup();
    try {
      return connect(route, trust, deadlineNanos);
    } catch (SSLException refusal) {
      if (everyGroup || !hasNothingInCommon(refusal)) {
        throw refusal;
      }
      trust.offerEveryGroup();
      return connect(route, trust, deadlineNanos);
    }
  }

  private static boolean hasNothingInCommon(SSLException refusal) {
    return NOTHING_IN_COMMON.stream().anyMatch(String.valueOf(refusal.getMessage())::contains);
  }

  private static Connection connect(Route route, Trust trust, long deadlineNanos)
      throws IOException {
    Target target = route.target();
    ProxySettings.Proxy proxy = route.proxy();
    String reached = proxy == null ? target.authority() : "proxy " + proxy;
    PatientSocket tcp =
        proxy == null
            ? dial(target.host(), target.port(), reached, deadlineNanos)
            : dial(proxy.host(), proxy.port(), reached, deadlineNanos);
    boolean opened = false;
    try {
      Socket top = tcp;
      if (proxy != null && proxy.tls()) {
        top = secure(top, new Target(true, proxy.host(), proxy.port()), trust);
      }
      if (proxy != null && route.tunnel()) {
        askForTunnel(top, target, proxy);
      }
      if (target.secure()) {
        top = secure(top, target, trust);
      }
      Connection connection = new Connection(tcp, top, route.tunnel() ? null : proxy);
      opened = true;
      return connection;
    } finally {
      if (!opened) {
        tcp.close();
      }
    }
  }

  private static PatientSocket dial(String host, int port, String reached, long deadlineNanos)
      throws IOException {
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new IOException(reached + ": host name cannot be resolved", e);
    }
    IOException failure = null;
    boolean silent = addresses.length > 0;
    do {
      for (int i = 0; i < addresses.length; i++) {
        long now = System.nanoTime();
        // An address that swallows packets must leave time for the ones after it.
        long share = Math.max(deadlineNanos - now, 0) / (addresses.length - i);
        PatientSocket socket =
            new PatientSocket(Patience.until(deadlineNanos, "connecting to " + reached));
        try {
          socket.setTcpNoDelay(true);
          socket.connect(
              new InetSocketAddress(addresses[i], port),
              Patience.millisUntil(now + Math.min(share, TRY_MAX_NANOS), now));
          return socket;
        } catch (IOException e) {
          socket.close();
          failure = e;
          silent = silent && e instanceof SocketTimeoutException;
        }
      }
    } while (silent && System.nanoTime() - deadlineNanos < 0);
    String why =
        switch (failure) {
          case ConnectException _ -> "connection refused";
          case SocketTimeoutException _ -> "no answer";
          case null -> "host name has no address";
          default -> String.valueOf(failure.getMessage());
        };
    throw new IOException(reached + " cannot be reached: " + why, failure);
  }

  private static SSLSocket secure(Socket below, Target target, Trust trust) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            trust
                .context()
                .getSocketFactory()
                .createSocket(below, target.host(), target.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(TLS_VERSIONS);
    parameters.setCipherSuites(fastestFirst(parameters.getCipherSuites()));
    if (!trust.everyGroup()) {
      parameters.setNamedGroups(FAST_GROUPS.toArray(String[]::new));
    }
    socket.setSSLParameters(parameters);
    try {
      socket.startHandshake();
    } catch (SSLException e) {
      throw CertificateRefusal.explain(target, e);
    }
    return socket;
  }

  private static String[] fastestFirst(String[] suites) {
    return Stream.concat(
            Stream.of(FASTEST_SUITE).filter(Set.of(suites)::contains),
            Stream.of(suites).filter(suite -> !suite.equals(FASTEST_SUITE)))
        .toArray(String[]::new);
  }

  private static void askForTunnel(Socket socket, Target target, ProxySettings.Proxy proxy)
      throws IOException {
    byte[] request =
        new RequestHead("CONNECT", target.authority(), target.authority())
            .add("Proxy-Authorization", proxy.authorization())
            .bytes();
    socket.getOutputStream().write(request);
    socket.getOutputStream().flush();
    ByteInput input = new ByteInput(socket.getInputStream());
    ResponseHead answer = ResponseHead.readFinal(input, PROXY_ANSWER_BYTES_MAX);
    if (answer.status() / 100 != 2) {
      throw new IOException(
          "proxy "
              + proxy
              + " refused a connection to "
              + target
              + ": HTTP status "
              + answer.status());
    }
    if (input.hasBuffered()) {
      throw new IOException("proxy " + proxy + " sent data of its own into the connection");
    }
  }

  /** Writes of one thread at a time, each of which may become several records of TLS. */
  private static final class CorkedOutput extends OutputStream {
    private final PatientSocket tcp;
    private final OutputStream top;

    CorkedOutput(PatientSocket tcp, OutputStream top) {
      this.tcp = tcp;
      this.top = top;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      tcp.cork();
      top.write(source, offset, length);
    }

    @Override
    public void flush() throws IOException {
      tcp.uncork();
    }
  }

  ByteInput input() {
    return input;
  }

  /** What is written leaves when it is flushed, or when it is much. */
  OutputStream output() {
    return output;
  }

  /** The proxy that takes requests for others on this connection, null when there is none. */
  ProxySettings.@Nullable Proxy forwardProxy() {
    return forwardProxy;
  }

  /** How long reads wait from now on. */
  void patience(Patience patience) {
    tcp.patience(patience);
  }

  /** Whether an unused connection can still be used. */
  boolean isQuiet() {
    return !input.hasBuffered() && tcp.isQuiet();
  }

  /**
   * Ends our direction and takes in what the peer still sends until it closes: otherwise the system
   * resets the connection and the peer may lose our last words.
   */
  void finish(long deadlineNanos, int bytesMax) {
    patience(Patience.until(deadlineNanos, "closing"));
    try (tcp) {
      tcp.shutdownOutput();
      InputStream rest = tcp.getInputStream();
      byte[] discarded = new byte[8192];
      int total = 0;
      for (int read = 0; read >= 0 && total < bytesMax; read = rest.read(discarded)) {
        total += read;
      }
    } catch (IOException _) {
      // The connection is over in any case; whoever asked to finish it has its reason already.
    }
  }

  @Override
  public void close() {
    try {
      tcp.close();
    } catch (IOException _) {
      // The descriptor is gone all the same.
    }
  }
}
