package dev.postern.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.TestAccount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginSettingsTest {
  private static final String ENVIRONMENT =
      """
      # for everybody
      PATH="/opt/tools/bin:/usr/bin:/bin"
      export QUOTED="two words"
      SINGLE='one'
        INDENTED=yes
      EMPTY=
      DELETED
      INNER=a"b"c
      HALF="open
      HASH="with # hash"
      JOINED=x\\
      y
      BACKSLASH=a\\b
      LEADING=  kept
      LITERAL=$HOME/bin
      NOT-A-NAME=1
      =nameless
      SPACE = 1
      LANG=fr_FR.UTF-8
      """;

  @TempDir private Path etc;

  private void write(String name, String content) throws Exception {
    Path file = etc.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void machineWithoutSettingsHasUsualOnes() throws Exception {
    LoginSettings settings = LoginSettings.read(etc);

    assertThat(settings.umask()).isEqualTo("022");
    assertThat(settings.mailDirectory()).isEmpty();
    assertThat(settings.variables()).isEmpty();
    assertThat(settings.pathOfRoot()).startsWith("/usr/local/sbin:").endsWith("/bin");
    assertThat(settings.pathOfOthers()).startsWith("/usr/local/bin:");
  }

  @Test
  void loginDefaultsAreTaken() throws Exception {
    write(
        "login.defs",
        """
        # ENV_PATH /commented
        ENV_SUPATH	PATH=/root/only:/sbin
        ENV_PATH   "/users/only"
        MAIL_DIR   /var/mail
        UMASK      027
        """);

    LoginSettings settings = LoginSettings.read(etc);

    assertThat(settings.pathOfRoot()).isEqualTo("/root/only:/sbin");
    assertThat(settings.pathOfOthers()).isEqualTo("/users/only");
    assertThat(settings.mailDirectory()).isEqualTo("/var/mail");
    assertThat(settings.umask()).isEqualTo("027");
  }

  @Test
  void umaskThatIsNoneIsTheUsualOne() throws Exception {
    write("login.defs", "UMASK 022; reboot\n");

    assertThat(LoginSettings.read(etc).umask()).isEqualTo("022");
  }

  @Test
  void environmentIsReadAndTheLocaleFileWins() throws Exception {
    write("environment", ENVIRONMENT);
    write("default/locale", "LANG=en_US.UTF-8\n");

    assertThat(LoginSettings.read(etc).variables())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("PATH", "/opt/tools/bin:/usr/bin:/bin"),
                Map.entry("QUOTED", "two words"),
                Map.entry("SINGLE", "one"),
                Map.entry("INDENTED", "yes"),
                Map.entry("EMPTY", ""),
                Map.entry("INNER", "a\"b\"c"),
                Map.entry("HALF", "open"),
                Map.entry("HASH", "with"),
                Map.entry("JOINED", "xy"),
                Map.entry("BACKSLASH", "a\\b"),
                Map.entry("LEADING", "  kept"),
                Map.entry("LITERAL", "$HOME/bin"),
                Map.entry("LANG", "en_US.UTF-8")));
  }

  /** The same files in front of the real su and its pam_env, in a mount namespace of their own. */
  @Test
  void environmentIsWhatSuMakesOfTheSameFiles() throws Exception {
    assumeTrue(Account.current().isRoot());
    assumeTrue(
        finished("unshare", "-m", "mount", "--bind", "/dev/null", "/etc/login.defs").isEmpty());
    assumeTrue(Files.exists(Path.of("/etc/environment")), "nothing to mount over");
    write("environment", ENVIRONMENT);
    write("login.defs", "ENV_PATH PATH=/users/only\nMAIL_DIR /var/mail\n");
    Map<String, String> theirs = new LinkedHashMap<>();
    Map<String, String> ours;
    try (TestAccount account = TestAccount.create()) {
      String script =
          "mount --bind \"$0/environment\" /etc/environment && mount --bind \"$0/login.defs\""
              + " /etc/login.defs && exec su -l -s /usr/bin/env \"$1\"";
      for (String line :
          finished("unshare", "-m", "sh", "-c", script, etc.toString(), account.name())
              .lines()
              .toList()) {
        int equals = line.indexOf('=');
        theirs.put(line.substring(0, equals), line.substring(equals + 1));
      }
      ours = SessionEnvironment.of(account.account(), Map.of(), LoginSettings.read(etc));
    }

    // What -s was, what the caller's terminal was, and what only this machine's locale file says.
    List<String> apart = List.of("SHELL", "TERM", "LANG", "LANGUAGE");
    theirs.keySet().removeIf(name -> apart.contains(name) || name.startsWith("LC_"));
    theirs.replaceAll((name, value) -> name.equals("HASH") ? value.stripTrailing() : value);
    assertThat(theirs).containsEntry("JOINED", "xy");
    assertThat(ours).containsAllEntriesOf(theirs);
    assertThat(ours.keySet()).containsAll(apart.subList(0, 3)).hasSize(theirs.size() + 3);
  }

  private static String finished(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
