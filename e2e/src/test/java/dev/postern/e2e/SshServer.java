package dev.postern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A real sshd at a free port of loopback, with keys of its own, into which this account logs in.
 */
final class SshServer implements AutoCloseable {
  /** What sshd wants to be there when root starts it. The package's boot script makes it. */
  private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

  private final Path folder;
  private final Process process;
  private final Output err;
  private final int port;
  private final boolean madeDirectory;

  SshServer(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    port = FrontProxy.freePort();
    madeDirectory = isRoot() && !Files.exists(PRIVILEGE_SEPARATION);
    if (madeDirectory) {
      Files.createDirectory(
          PRIVILEGE_SEPARATION,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    for (Path key : List.of(hostKey(), clientKey())) {
      RunningServer.base()
          .run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()))
          .orFail();
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
    // sshd starts itself anew for each connection, and so wants to know its own path.
    process =
        RunningServer.base()
            .start(List.of("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString()));
    new Output(process.getInputStream());
    err = new Output(process.getErrorStream());
    err.expect("Server listening on 127\\.0\\.0\\.1 port " + port);
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private Path hostKey() {
    return folder.resolve("host");
  }

  /** With it, this account may log in. */
  Path clientKey() {
    return folder.resolve("client");
  }

  int port() {
    return port;
  }

  /** The server's key, under the name that a client knows it by. */
  String knownHost(String name) throws IOException {
    return "[%s]:%d %s".formatted(name, port, Files.readString(folder.resolve("host.pub")));
  }

  @Override
  public void close() throws IOException {
    boolean stopped = Stopped.byRequest(process);
    if (madeDirectory) {
      Files.delete(PRIVILEGE_SEPARATION);
    }
    if (!stopped) {
      throw new AssertionError("sshd did not stop\n" + err.all());
    }
  }
}
