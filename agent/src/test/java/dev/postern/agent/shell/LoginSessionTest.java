package dev.postern.agent.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.TestAccount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of root's agent as another account, beside what the real {@code su -l} gives. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoginSessionTest {
  /** What only PAM modules for other things than the environment add: not ours to imitate. */
  private static final List<String> OF_A_PAM_SESSION = List.of("XDG_", "DBUS_");

  private final Screen screen = new Screen();
  @TempDir private Path skeleton;

  @BeforeEach
  void onlyRootChangesAccounts() throws Exception {
    assumeTrue(Account.current().isRoot());
  }

  private static Launch launch(Account account) {
    return new Launch(account, Screen.newMark(), Map.of("LANG", "C.UTF-8"));
  }

  private String run(Account account, String commands) throws Exception {
    ShellSession session =
        ShellSession.commands(launch(account), commands, WindowSize.DEFAULT, screen);
    session.await();
    session.end();
    return screen.text();
  }

  /** Runs a line in the account's login shell and gives what it wrote into a file. */
  private String runInLoginShell(Account account, String line) throws Exception {
    Path file = Path.of(account.home(), "seen");
    ShellSession session = ShellSession.login(launch(account), WindowSize.DEFAULT, screen);
    session.offer(Screen.typed("(" + line + ") >\"$HOME/seen\"; exit\n"));
    session.await();
    session.end();
    return Files.readString(file);
  }

  private static String su(Account account, String line) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("su", "-l", account.name(), "-c", line);
    builder.environment().put("TERM", "xterm-256color");
    Process su = builder.redirectErrorStream(true).start();
    return new String(su.getInputStream().readAllBytes(), UTF_8);
  }

  private static Map<String, String> variables(String output) {
    Map<String, String> variables = new TreeMap<>();
    for (String line : output.lines().toList()) {
      int equals = line.indexOf('=');
      String name = line.substring(0, equals);
      if (OF_A_PAM_SESSION.stream().noneMatch(name::startsWith)) {
        variables.put(name, line.substring(equals + 1));
      }
    }
    // The shell's own account of how it was started.
    variables.remove("_");
    variables.remove("SHLVL");
    return variables;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/bash", "/bin/sh", "/usr/bin/zsh"})
  void environmentIsThatOfSu(String shell) throws Exception {
    assumeTrue(Files.isExecutable(Path.of(shell)), shell + " is not installed");
    // Without the files that only an interactive shell reads; zsh asks who has none questions.
    Files.writeString(skeleton.resolve(".zshrc"), "");
    try (TestAccount account = TestAccount.create("-s", shell, "-k", skeleton.toString())) {
      Map<String, String> theirs = variables(su(account.account(), "env"));
      Map<String, String> ours = variables(runInLoginShell(account.account(), "env"));

      assertThat(ours.remove(ProcessScope.MARKER)).isNotEmpty();
      // Without a locale file su leaves none; ours is for terminals, which are UTF-8 today.
      theirs.putIfAbsent("LANG", "C.UTF-8");
      ours.remove("OLDPWD");
      theirs.remove("OLDPWD");
      assertThat(ours).isEqualTo(theirs);
      assertThat(ours).containsEntry("SHELL", shell).containsEntry("USER", account.name());
    }
  }

  @Test
  void identityAndPlaceAreThoseOfSu() throws Exception {
    String line = "id; pwd; grep -E '^(Uid|Gid|Groups|CapEff|CapPrm):' /proc/self/status";
    try (TestAccount account = TestAccount.create("-s", "/bin/bash", "-G", "audio,video")) {
      String theirs = su(account.account(), line);

      assertThat(runInLoginShell(account.account(), line)).isEqualTo(theirs);
      assertThat(theirs).contains("(audio)", "(video)", account.account().home());
    }
  }

  @Test
  void filesAreMadeWithTheMachinesUmask() throws Exception {
    try (TestAccount account = TestAccount.create()) {
      assertThat(run(account.account(), "umask").strip()).endsWith(LoginSettings.read().umask());
    }
  }

  @Test
  void shellIsALoginShell() throws Exception {
    try (TestAccount account = TestAccount.create("-s", "/bin/bash")) {
      Path profile = Path.of(account.account().home(), ".profile");
      Files.writeString(profile, "export FROM_PROFILE=read\n");

      assertThat(runInLoginShell(account.account(), "shopt login_shell; echo $FROM_PROFILE"))
          .containsPattern("login_shell\\s+on")
          .endsWith("read\n");
    }
  }

  @Test
  void homeIsThatOfTheAccountWhateverItsName() throws Exception {
    Path home = Files.createTempDirectory("postern-home");
    try (TestAccount account = TestAccount.create("-d", home.resolve("elsewhere").toString())) {
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(
          home.resolve("elsewhere"), PosixFilePermissions.fromString("rwx------"));

      assertThat(run(account.account(), "pwd; echo ~"))
          .isEqualTo("%s/elsewhere\r\n%<s/elsewhere\r\n".formatted(home));
    }
    Files.delete(home);
  }

  @Test
  void homeThatTheAccountMayNotEnterIsNotEnteredForIt() throws Exception {
    Path closed = Files.createTempDirectory("postern-closed");
    try (TestAccount account = TestAccount.create("-d", closed.resolve("home").toString())) {
      assertThat(run(account.account(), "pwd")).isEqualTo("/\r\n");
    }
    Files.delete(closed);
  }

  @Test
  void terminalBelongsToTheAccount() throws Exception {
    try (TestAccount account = TestAccount.create()) {
      assertThat(run(account.account(), "stat -c %U $(tty)")).isEqualTo(account.name() + "\r\n");
    }
  }

  @Test
  void commandWithoutATerminalRunsAsTheAccountToo() throws Exception {
    try (TestAccount account = TestAccount.create("-G", "audio")) {
      CommandSession session =
          CommandSession.start(
              launch(account.account()),
              List.of("sh", "-c", "id -un; id -Gn; pwd; echo $HOME"),
              true,
              screen);
      session.await();
      session.end();

      assertThat(screen.errorText()).isEmpty();
      assertThat(screen.text())
          .isEqualTo("%s\n%<s audio\n/home/%<s\n/home/%<s\n".formatted(account.name()));
    }
  }
}
