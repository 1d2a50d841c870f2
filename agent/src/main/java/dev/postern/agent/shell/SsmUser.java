package dev.postern.agent.shell;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Makes the account of sessions that ask for nobody, and the rule by which it may do everything, as
 * the official agent does at its first session. Ours never does it unless told to. What is there
 * already stays as it is. One thread.
 */
public final class SsmUser {
  private static final String NAME = RunAs.DEFAULT_ACCOUNT;
  private static final Path SUDOERS = Path.of("/etc/sudoers.d");
  private static final String RULE_FILE = "ssm-agent-users";
  private static final String RULE =
      "# User rules for " + NAME + "\n" + NAME + " ALL=(ALL) NOPASSWD:ALL\n";
  private static final String RULE_MODE = "r--r-----";
  private static final Duration USERADD_MAX = Duration.ofMinutes(1);

  private final boolean withSudo;

  private SsmUser(boolean withSudo) {
    this.withSudo = withSudo;
  }

  /**
   * Looks whether it can be made, and changes nothing.
   *
   * @param withSudo whether the account may become anybody
   * @throws IOException saying why it cannot
   */
  public static SsmUser prepare(boolean withSudo) throws IOException {
    if (!Account.current().isRoot()) {
      throw new IOException("only root can make the account " + NAME);
    }
    Optional<Account> present = Account.named(NAME);
    if (present.isEmpty()) {
      String _ = LaunchScript.program("useradd");
    } else if (present.get().uid() == 0 || present.get().gid() == 0) {
      throw new IOException(
          "the account " + NAME + " has root's user or group: no session would run as it");
    }
    if (withSudo && !Files.isDirectory(SUDOERS)) {
      throw new IOException("sudo is not installed on this machine: there is no " + SUDOERS);
    }
    return new SsmUser(withSudo);
  }

  /** Makes what is missing; gives a line for each thing that was done or left. */
  public List<String> make() throws IOException {
    List<String> done = new ArrayList<>();
    if (Account.named(NAME).isPresent()) {
      done.add("The account " + NAME + " exists");
    } else {
      useradd();
      done.add("Made the account " + NAME);
    }
    if (withSudo) {
      done.add(rule());
    }
    return done;
  }

  private static void useradd() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(LaunchScript.program("useradd"), "-m", NAME)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", LaunchScript.LAUNCH_PATH);
    Process process = builder.start();
    try {
      process.onExit().orTimeout(USERADD_MAX.toSeconds(), TimeUnit.SECONDS).join();
    } catch (java.util.concurrent.CompletionException late) {
      process.destroyForcibly();
      throw new IOException("useradd does not come to an end", late);
    }
    if (process.exitValue() != 0) {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      throw new IOException("the account " + NAME + " could not be made: " + said.strip());
    }
  }

  private static String rule() throws IOException {
    Path file = SUDOERS.resolve(RULE_FILE);
    if (Files.exists(file)) {
      // Whoever changed it may have wanted less than we would give.
      return Files.readString(file).equals(RULE)
          ? "The rule " + file + " exists"
          : "The rule " + file + " exists, says something else and was left so";
    }
    // sudo passes over names with a dot, so it never reads half of a rule.
    Path temporary = SUDOERS.resolve(RULE_FILE + ".new");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(RULE_MODE)))) {
      ByteBuffer bytes = ByteBuffer.wrap(RULE.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    // The mode above was cut by our umask.
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(RULE_MODE));
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return "Made " + file + ": " + NAME + " may use sudo without a password";
  }
}
