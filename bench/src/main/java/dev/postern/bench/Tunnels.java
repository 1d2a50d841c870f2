package dev.postern.bench;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that forward a port, until the end of the measurement. Used by one thread. */
final class Tunnels implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final LocalSshd sshd;
  private final LocalSshd bastion;
  private final Path configuration;

  Tunnels(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    sshd = new LocalSshd(folder.resolve("sshd"));
    bastion = new LocalSshd(folder.resolve("bastion"));
    configuration =
        Files.writeString(
            folder.resolve("config"),
            bastion.clientBlock("bastion")
                + "  HostName 127.0.0.1\n"
                + sshd.clientBlock("behind")
                + "  HostName 127.0.0.1\n  ProxyJump bastion\n"
                + sshd.clientBlock("straight")
                + "  HostName 127.0.0.1\n");
  }

  /** A port that leads through one sshd. */
  int ssh(int target) throws IOException, InterruptedException {
    return ssh("straight", target);
  }

  /** A port that leads through an sshd that is reached through another. */
  int sshThroughBastion(int target) throws IOException, InterruptedException {
    return ssh("behind", target);
  }

  private int ssh(String host, int target) throws IOException, InterruptedException {
    int port = freePort();
    String forward = "127.0.0.1:%d:127.0.0.1:%d".formatted(port, target);
    return open(
        host,
        port,
        new ProcessBuilder(
            "ssh",
            "-F",
            configuration.toString(),
            "-o",
            "ExitOnForwardFailure=yes",
            "-N",
            "-L",
            forward,
            host));
  }

  /** A port that {@code postern forward} leads through a node. */
  int forward(Installation installation, Path home, String node, int target)
      throws IOException, InterruptedException {
    int port = freePort();
    return open(
        "postern",
        port,
        shell(
            installation,
            "exec '%s' forward %s %d:127.0.0.1:%d"
                .formatted(home.resolve("postern"), node, port, target)));
  }

  /** A port that AWS's own plugin leads through a node, started by the AWS CLI. */
  int official(Installation installation, Path plugin, String node, int target)
      throws IOException, InterruptedException {
    int port = freePort();
    return open(
        "official",
        port,
        shell(
            installation,
            ("export PATH='%s':$PATH; exec aws --endpoint-url %s ssm start-session --target %s"
                    + " --document-name AWS-StartPortForwardingSession"
                    + " --parameters portNumber=%d,localPortNumber=%d")
                .formatted(
                    plugin.toAbsolutePath().getParent(),
                    installation.serverUrl(),
                    node,
                    target,
                    port)));
  }

  private static ProcessBuilder shell(Installation installation, String command) {
    return new ProcessBuilder(
        "sh", "-c", ". '%s'; %s".formatted(installation.serverEnvironment(), command));
  }

  private int open(String name, int port, ProcessBuilder builder)
      throws IOException, InterruptedException {
    Path log = folder.resolve(name + ".log");
    Process process =
        builder
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    processes.add(process);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isListening(port)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("no tunnel by " + name + ":\n" + Files.readString(log));
      }
      Thread.sleep(POLL_INTERVAL);
    }
    return port;
  }

  private static boolean isListening(int port) {
    try (Socket probe = new Socket()) {
      probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    for (Process process : processes) {
      List<ProcessHandle> descendants = process.descendants().toList();
      descendants.forEach(ProcessHandle::destroy);
      process.destroy();
      try {
        if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException hurry) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
      descendants.forEach(ProcessHandle::destroyForcibly);
    }
    try (sshd;
        bastion) {
      processes.clear();
    }
  }
}
