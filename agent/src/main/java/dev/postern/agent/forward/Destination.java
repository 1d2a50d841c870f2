package dev.postern.agent.forward;

import dev.postern.wire.control.PortProperties;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a port session connects to. Immutable; safe for use by many threads. */
public sealed interface Destination {
  /** A dead host must not hold a stream for the minutes that the system would wait. */
  Duration CONNECT_MAX = Duration.ofSeconds(20);

  int PORT_MAX = 65_535;

  /** The longest path of a socket, in bytes (unix(7)), without the NUL at its end. */
  int SOCKET_PATH_BYTES_MAX = 107;

  /**
   * Checks that a connection could be tried: the name resolves, and is not denied.
   *
   * @throws IOException with a text for the user
   */
  void check() throws IOException;

  /**
   * Opens a connection, in blocking mode. A name is resolved anew each time.
   *
   * @throws IOException with a text for the user
   */
  SocketChannel connect() throws IOException;

  /**
   * Where properties point to.
   *
   * @throws IOException when that is no place, with a text for the user
   */
  static Destination of(PortProperties properties, DeniedAddresses denied) throws IOException {
    String socket = properties.remoteUnixSocket();
    if (!socket.isEmpty()) {
      return unixSocket(socket);
    }
    String host = properties.host().isEmpty() ? Tcp.THIS_NODE : properties.host();
    return new Tcp(host, port(properties.portNumber()), denied);
  }

  private static Destination unixSocket(String path) throws IOException {
    if (!path.startsWith("/")
        || path.indexOf('\0') >= 0
        || path.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > SOCKET_PATH_BYTES_MAX) {
      throw new IOException("not the absolute path of a socket: " + path);
    }
    return new UnixSocket(Path.of(path));
  }

  private static int port(String text) throws IOException {
    if (text.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= PORT_MAX) {
        return port;
      }
    }
    throw new IOException("not a port number: " + text);
  }

  /** A port of a host, which this node resolves. */
  record Tcp(String host, int port, DeniedAddresses denied) implements Destination {
    static final String THIS_NODE = "localhost";

    @Override
    public void check() throws IOException {
      List<InetAddress> _ = addresses();
    }

    /** One denied address spoils them all: the name is a trick. */
    private List<InetAddress> addresses() throws IOException {
      List<InetAddress> addresses;
      try {
        addresses = List.of(InetAddress.getAllByName(host));
      } catch (UnknownHostException unknown) {
        throw new IOException("host " + host + " cannot be resolved on the node", unknown);
      }
      if (addresses.stream().anyMatch(denied::contains)) {
        throw new IOException("connections to " + host + " are denied on this node");
      }
      return addresses;
    }

    /** Connects to an address that was checked, never to the name. */
    @Override
    public SocketChannel connect() throws IOException {
      IOException last = new IOException("host " + host + " has no address");
      for (InetAddress address : addresses()) {
        SocketChannel channel = SocketChannel.open();
        try {
          channel
              .socket()
              .connect(
                  new InetSocketAddress(address, port), Math.toIntExact(CONNECT_MAX.toMillis()));
          // Pieces come as the far application wrote them; none waits for the one before it.
          channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
          return channel;
        } catch (IOException failed) {
          channel.close();
          last = failed;
        }
      }
      throw new IOException(host + ":" + port + ": " + reason(last), last);
    }

    private static String reason(IOException failure) {
      return switch (failure) {
        case ConnectException _ -> "connection refused or unreachable";
        case SocketTimeoutException _ -> "no answer";
        default -> String.valueOf(failure.getMessage());
      };
    }
  }

  /** A Unix socket of this node, opened with the agent's own rights. */
  record UnixSocket(Path path) implements Destination {
    /** Whether someone listens is seen when it is used. */
    @Override
    public void check() {}

    @Override
    public SocketChannel connect() throws IOException {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(path));
        return channel;
      } catch (IOException failed) {
        channel.close();
        throw new IOException(path + ": " + failed.getMessage(), failed);
      }
    }
  }
}
