package dev.postern.client.forward;

import dev.postern.wire.control.PortProperties;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A port or a Unix socket of this machine, open for connections. Any thread. */
final class LocalListener implements AutoCloseable {
  private static final String UNIX = "unix";
  private static final String LOCALHOST = "localhost";
  private static final int PORT_MAX = 65_535;

  private final ServerSocketChannel channel;
  private final String place;
  private final @Nullable Path socketFile;

  private LocalListener(ServerSocketChannel channel, String place, @Nullable Path socketFile) {
    this.channel = channel;
    this.place = place;
    this.socketFile = socketFile;
  }

  /**
   * Opens what a session's document names, as far as the person wished it.
   *
   * @throws IOException when that is not possible, with a text for the person
   */
  static LocalListener open(PortProperties properties, LocalWish wish) throws IOException {
    return properties.localConnectionType().equals(UNIX)
        ? unixSocket(properties.localUnixSocket(), wish)
        : port(properties, wish);
  }

  private static LocalListener unixSocket(String path, LocalWish wish) throws IOException {
    if (!path.equals(wish.localUnixSocket())) {
      throw new IOException("the session names a local socket that was not asked for: " + path);
    }
    Path file = Path.of(path).toAbsolutePath();
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(file));
      var _ = Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      return new LocalListener(channel, "Unix socket " + path, file);
    } catch (IOException failed) {
      channel.close();
      throw new IOException("cannot listen on " + path + ": " + reason(failed), failed);
    }
  }

  private static LocalListener port(PortProperties properties, LocalWish wish) throws IOException {
    int port = portNumber(properties.localPortNumber());
    InetAddress address = address(properties.localIpAddress(), wish);
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.bind(new InetSocketAddress(address, port));
      int bound = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      return new LocalListener(channel, "Port " + bound, null);
    } catch (IOException failed) {
      channel.close();
      throw new IOException(
          "cannot listen on port "
              + port
              + " of "
              + address.getHostAddress()
              + ": "
              + reason(failed),
          failed);
    }
  }

  private static int portNumber(String text) throws IOException {
    if (text.isEmpty()) {
      return 0;
    }
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= PORT_MAX) {
      return Integer.parseInt(text);
    }
    throw new IOException("not a local port number: " + text);
  }

  private static InetAddress address(String text, LocalWish wish) throws IOException {
    if (text.isEmpty() || text.equals(LOCALHOST)) {
      return InetAddress.getLoopbackAddress();
    }
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException wrong) {
      throw new IOException("not a local IP address: " + text, wrong);
    }
    if (!address.isLoopbackAddress() && !text.equals(wish.localIpAddress())) {
      throw new IOException("the session names a local address that was not asked for: " + text);
    }
    return address;
  }

  private static String reason(IOException failure) {
    String text = String.valueOf(failure.getMessage());
    return failure instanceof BindException && text.contains("in use")
        ? "it is in use already"
        : text;
  }

  /** {@code Port 5432} or {@code Unix socket /run/x}: how the official plugin names it. */
  String place() {
    return place;
  }

  SocketChannel accept() throws IOException {
    SocketChannel connection = channel.accept();
    try {
      if (socketFile == null) {
        // Pieces come as the far application wrote them; none waits for the one before it.
        connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      return connection;
    } catch (IOException gone) {
      connection.close();
      throw gone;
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (socketFile != null) {
        boolean _ = Files.deleteIfExists(socketFile);
      }
    } catch (IOException closedAnyway) {
      // Nobody can connect to it any more.
    }
  }
}
