package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenSSH's programs through the guide's configuration as it is pasted. What is added stands on the
 * command line: keys and port of a server that is not the machine's own, and the account, for the
 * guide's is not everywhere.
 */
@ExtendWith(OneNode.Extension.class)
@Timeout(300)
class SshTest {
  private static final String GUIDES_CONFIGURATION =
      """
      # SSH through Session Manager
      Host i-*
          ProxyCommand sh -c "aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters 'portNumber=%p'"

      # Example: connect to a specific instance
      Host my-server
          HostName i-0abc123def456
          User ec2-user
          ProxyCommand sh -c "aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters 'portNumber=%p'"
      """;

  private static final int MEGABYTE = 1_000_000;

  /** The official programs send less than a megabyte a second. */
  private static final int MEGABYTES =
      Programs.officialPlugin().isEmpty() && Programs.officialAgent().isEmpty() ? 100 : 3;

  @TempDir static Path temporary;
  private static SshServer sshd;
  private static OneNode node;
  private static Shell shell;
  private static Path large;

  @BeforeAll
  static void start(OneNode shared) throws IOException {
    node = shared;
    sshd = new SshServer(temporary.resolve("sshd"));
    shell = shell();
    Files.writeString(temporary.resolve("config"), GUIDES_CONFIGURATION);
    Files.writeString(temporary.resolve("known_hosts"), sshd.knownHost(OneNode.GUIDES_ID));
    large = temporary.resolve("large");
    try (OutputStream file = Files.newOutputStream(large)) {
      byte[] some = new byte[MEGABYTE];
      Random random = new Random(20261126);
      for (int i = 0; i < MEGABYTES; i++) {
        random.nextBytes(some);
        file.write(some);
      }
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (sshd != null) {
      sshd.close();
    }
  }

  /** Versions of the CLI before 1.29 and 2.13 know no variable for the endpoint. */
  private static Shell shell() throws IOException {
    Shell plain = node.server().shell();
    String cli = plain.run(List.of("sh", "-c", "command -v aws")).orFail().out().strip();
    Path wrapper = Files.createDirectories(temporary.resolve("bin")).resolve("aws");
    Files.writeString(
        wrapper, "#!/bin/sh\nexec " + cli + " --endpoint-url " + node.server().url() + " \"$@\"\n");
    assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    return plain.with("PATH", wrapper.getParent() + ":" + plain.environment().get("PATH"));
  }

  /** One of OpenSSH's programs, with what the guide does not say. */
  private static List<String> command(String program, String portOption, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of("-F", temporary.resolve("config").toString()));
    command.addAll(List.of("-i", sshd.clientKey().toString(), portOption, "" + sshd.port()));
    for (String option :
        List.of(
            "User=" + System.getProperty("user.name"),
            "UserKnownHostsFile=" + temporary.resolve("known_hosts"),
            "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "BatchMode=yes")) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> ssh(String... arguments) {
    return command("ssh", "-p", arguments);
  }

  @Test
  void sshReachesTheNodeByItsId() {
    Finished finished =
        shell.run(ssh(OneNode.GUIDES_ID, "cat; echo problem >&2; exit 3"), "typed\n");

    assertThat(finished).isEqualTo(new Finished(3, "typed\n", "problem\n"));
  }

  @Test
  void scpUnderTheHostsOtherNameCopiesEveryByte() throws Exception {
    Path copy = temporary.resolve("copy");

    shell.run(command("scp", "-P", "-q", large.toString(), "my-server:" + copy)).orFail();

    assertThat(sha256(copy)).isEqualTo(sha256(large));
  }

  @Test
  void sftpFetchesEveryByte() throws Exception {
    Path fetched = temporary.resolve("fetched");

    shell
        .run(
            command("sftp", "-P", "-q", "-b", "-", OneNode.GUIDES_ID),
            "get %s %s\n".formatted(large, fetched))
        .orFail();

    assertThat(sha256(fetched)).isEqualTo(sha256(large));
  }

  @Test
  void rsyncMakesTheSameTree() throws Exception {
    Path tree = temporary.resolve("tree");
    Path below = Files.createDirectories(tree.resolve("below"));
    for (int i = 0; i < 50; i++) {
      Files.writeString(below.resolve("file " + i), ("line " + i + "\n").repeat(i * 10));
    }
    Path to = temporary.resolve("mirrored");

    shell
        .run(List.of("rsync", "-a", "-e", String.join(" ", ssh()), tree + "/", "my-server:" + to))
        .orFail();

    assertThat(RunningServer.base().run(List.of("diff", "-r", tree.toString(), to.toString())))
        .isEqualTo(new Finished(0, "", ""));
  }

  @Test
  void nothingStandsBeforeTheServersFirstByte() throws Exception {
    assumeTrue(
        Programs.officialPlugin().isEmpty(), "the official plugin prints a line of its own first");
    List<String> proxy =
        node.server()
            .awsCommand(
                "ssm",
                "start-session",
                "--target",
                OneNode.GUIDES_ID,
                "--document-name",
                "AWS-StartSSHSession",
                "--parameters",
                "portNumber=" + sshd.port());
    Process process = shell.start(proxy);
    try {
      Output out = new Output(process.getInputStream());
      out.expect("\n");

      assertThat(out.all()).matches("SSH-2\\.0-OpenSSH\\S*[^\r\n]*\r\n");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] some = new byte[MEGABYTE];
    try (var in = Files.newInputStream(file)) {
      for (int count = in.read(some); count >= 0; count = in.read(some)) {
        digest.update(some, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
