package dev.postern.bench;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An {@code sshd} at a free loopback port, with keys of its own, into which this account logs in.
 * Used by one thread.
 */
final class LocalSshd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  /** What sshd wants to be there when root starts it; a package's boot script makes it. */
  private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

  private final Path folder;
  private final int port;
  private final boolean madeDirectory;
  private final Process process;

  LocalSshd(Path folder) throws IOException, InterruptedException {
    this.folder = Files.createDirectories(folder);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    madeDirectory =
        "root".equals(System.getProperty("user.name")) && !Files.exists(PRIVILEGE_SEPARATION);
    if (madeDirectory) {
      Files.createDirectory(PRIVILEGE_SEPARATION);
    }
    for (Path key : List.of(hostKey(), clientKey())) {
      Commands.run(
          List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()), PATIENCE);
    }
    Path configuration =
        Files.writeString(
            folder.resolve("sshd_config"),
            """
            Port %d
            ListenAddress 127.0.0.1
            HostKey %s
            AuthorizedKeysFile %s.pub
            PidFile none
            StrictModes no
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            Subsystem sftp internal-sftp
            """
                .formatted(port, hostKey(), clientKey()));
    Path log = folder.resolve("sshd.log");
    process =
        new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()))
            .start();
    awaitListening(log);
  }

  private void awaitListening(Path log) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.readString(log).contains("Server listening")) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        close();
        throw new IOException("sshd did not become ready:\n" + Files.readString(log));
      }
      Thread.sleep(POLL_INTERVAL);
    }
  }

  private Path hostKey() {
    return folder.resolve("host");
  }

  private Path clientKey() {
    return folder.resolve("client");
  }

  /**
   * What a client's configuration says of a host that is this server.
   *
   * @param name what the client calls it
   */
  String clientBlock(String name) throws IOException {
    Path known =
        Files.writeString(
            folder.resolve("known_hosts_" + name),
            name + " " + Files.readString(folder.resolve("host.pub")));
    return """
    Host %s
      Port %d
      IdentityFile %s
      IdentitiesOnly yes
      BatchMode yes
      HostKeyAlias %s
      UserKnownHostsFile %s
      GlobalKnownHostsFile /dev/null
      StrictHostKeyChecking yes
    """
        .formatted(name, port, clientKey(), name, known);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    if (madeDirectory) {
      Files.deleteIfExists(PRIVILEGE_SEPARATION);
    }
  }
}
