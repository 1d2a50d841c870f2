package dev.postern.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.shell.Account;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code register --create-ssm-user}, by the real program with the real useradd and sudo, in a
 * mount namespace where the accounts are a copy of this machine's, without what an agent that ran
 * here before has made.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SsmUserTest {
  private static final String OWN_ACCOUNTS =
      """
      set -e
      cp -a /etc "$0/etc"; mount --bind "$0/etc" /etc
      mkdir "$0/home"; mount --bind "$0/home" /home
      rm -f /etc/sudoers.d/ssm-agent-users
      if getent passwd ssm-user >/dev/null; then userdel -f ssm-user 2>/dev/null; fi
      """;
  private static final String RULE_FILE = "/etc/sudoers.d/ssm-agent-users";

  @TempDir private Path temporary;
  private FakeService service;
  private AgentProgram program;
  private Optional<Account> before = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Account.current().isRoot());
    AgentProgram.Finished mounts =
        AgentProgram.run(List.of("unshare", "-m", "mount", "--bind", "/tmp", "/mnt"), Map.of(), "");
    assumeTrue(mounts.exitCode() == 0, "mount namespaces are not allowed here");
    before = Account.named("ssm-user");
    service = new FakeService();
    program = new AgentProgram(temporary);
  }

  @AfterEach
  void stop() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  private List<String> register(String code, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "register",
                "--endpoint",
                service.endpoint().toString(),
                "--activation-id",
                "11111111-2222-3333-4444-555555555555",
                "--activation-code",
                code,
                "--data",
                temporary.resolve("data").toString()));
    arguments.addAll(List.of(options));
    return program.command(arguments.toArray(String[]::new));
  }

  /** Runs a script whose arguments are the command that registers, without its options. */
  private AgentProgram.Finished script(String script) throws Exception {
    return script(FakeService.CODE, script);
  }

  private AgentProgram.Finished script(String code, String script) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "-m", "sh", "-c", OWN_ACCOUNTS + script, temporary.toString()));
    command.addAll(register(code));
    return AgentProgram.run(command, Map.of(), "");
  }

  @Test
  void accountAndRuleAreMadeAsTheOfficialAgentMakesThem() throws Exception {
    AgentProgram.Finished made =
        script(
                """
                "$@" --create-ssm-user --with-sudo
                stat -c '%U:%G %a' $RULE $HOMEDIR
                cat $RULE
                su -l ssm-user -c 'sudo -n id -u; pwd'
                visudo -c >/dev/null && echo valid
                """
                    .replace("$RULE", RULE_FILE)
                    .replace("$HOMEDIR", "/home/ssm-user"))
            .orFail();

    assertThat(made.out())
        .contains("Registered as " + FakeService.NODE, "Made the account ssm-user", RULE_FILE)
        .contains("root:root 440\nssm-user:ssm-user 7")
        .contains("# User rules for ssm-user\nssm-user ALL=(ALL) NOPASSWD:ALL\n0\n/home/ssm-user")
        .endsWith("valid\n");
    assertThat(made.err()).isEmpty();
    assertThat(Account.named("ssm-user")).isEqualTo(before);
  }

  @Test
  void whatIsThereIsLeftAsItIs() throws Exception {
    AgentProgram.Finished again =
        script(
                """
                "$@" --create-ssm-user --with-sudo >/dev/null
                before=$(getent passwd ssm-user; ls -l --time-style=full-iso $RULE)
                "$@" --force --create-ssm-user --with-sudo
                test "$before" = "$(getent passwd ssm-user; ls -l --time-style=full-iso $RULE)"
                echo 'ssm-user ALL=(ALL) /bin/true' >$RULE
                "$@" --force --create-ssm-user --with-sudo
                cat $RULE
                """
                    .replace("$RULE", RULE_FILE))
            .orFail();

    assertThat(again.out())
        .contains("The account ssm-user exists", "The rule " + RULE_FILE + " exists\n")
        .contains("says something else and was left so")
        .endsWith("\nssm-user ALL=(ALL) /bin/true\n");
  }

  @Test
  void ruleIsMadeOnlyWhenAskedFor() throws Exception {
    AgentProgram.Finished made =
        script(
                """
                "$@" --create-ssm-user
                getent passwd ssm-user
                ls /etc/sudoers.d
                """)
            .orFail();

    assertThat(made.out()).contains("/home/ssm-user").doesNotContain("ssm-agent-users");
  }

  @Test
  void nothingIsMadeWithoutTheOption() throws Exception {
    AgentProgram.Finished plain =
        script("\"$@\"; getent passwd ssm-user || echo none; ls /etc/sudoers.d").orFail();

    assertThat(plain.out()).contains("Registered as", "none").doesNotContain("ssm-agent-users");
  }

  @Test
  void refusedRegistrationMakesNothing() throws Exception {
    AgentProgram.Finished refused =
        script(
                "wrong",
                """
                "$@" --create-ssm-user --with-sudo && exit 9
                getent passwd ssm-user || echo none
                ls /etc/sudoers.d
                """)
            .orFail();

    assertThat(refused.err()).contains("InvalidActivation");
    assertThat(refused.out()).contains("none").doesNotContain("ssm-agent-users");
  }

  @Test
  void accountThatIsRootsIsRefusedBeforeAnythingIsDone() throws Exception {
    AgentProgram.Finished refused =
        script(
            """
            echo 'ssm-user:x:0:0::/root:/bin/sh' >>/etc/passwd
            "$@" --create-ssm-user
            """);

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("ssm-user", "root").hasLineCount(1);
    assertThat(service.calls).isEmpty();
  }

  @Test
  void machineWithoutSudoIsToldBeforeAnythingIsDone() throws Exception {
    AgentProgram.Finished refused =
        script("rm -r /etc/sudoers.d; \"$@\" --create-ssm-user --with-sudo");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("sudo is not installed").hasLineCount(1);
    assertThat(service.calls).isEmpty();
  }

  @Test
  void whoIsNotRootIsRefusedBeforeAnythingIsDone() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    command.addAll(register(FakeService.CODE, "--create-ssm-user"));
    AgentProgram.Finished refused = AgentProgram.run(command, Map.of(), "");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("only root").hasLineCount(1);
    assertThat(service.calls).isEmpty();
  }

  @Test
  void sudoWithoutTheAccountIsWrongUsage() throws Exception {
    AgentProgram.Finished refused =
        AgentProgram.run(register(FakeService.CODE, "--with-sudo"), Map.of(), "");

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("--with-sudo needs --create-ssm-user");
  }
}
