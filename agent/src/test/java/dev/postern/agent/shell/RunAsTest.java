package dev.postern.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RunAsTest {
  private static final Account ROOT = new Account("root", 0, 0, "/root", "/bin/bash");
  private static final Account WEB = new Account("web", 1001, 1001, "/home/web", "/bin/bash");
  private static final Account WHEEL = new Account("wheel", 1002, 0, "/home/wheel", "/bin/bash");
  private static final Account SSM = new Account("ssm-user", 1003, 1003, "/home/ssm", "/bin/sh");

  private static RunAs agent(Account own, Account... accounts) {
    Map<String, Account> byName =
        Arrays.stream(accounts).collect(Collectors.toMap(Account::name, account -> account));
    return new RunAs(own, name -> Optional.ofNullable(byName.get(name)));
  }

  private static RunAs.Wish enabled(String user, String defaultUser) {
    return new RunAs.Wish(false, true, user, defaultUser);
  }

  private static final RunAs.Wish NOTHING = new RunAs.Wish(false, false, "web", "web");

  @Test
  void withoutRunAsRootUsesSsmUserWhereThereIsOne() throws Exception {
    assertThat(agent(ROOT, SSM, WEB).resolve(NOTHING)).isEqualTo(SSM);
    assertThat(agent(ROOT, WEB).resolve(NOTHING)).isEqualTo(ROOT);
  }

  @Test
  void withoutRunAsAnyOtherAgentStaysItself() throws Exception {
    assertThat(agent(WEB, SSM, WEB).resolve(NOTHING)).isEqualTo(WEB);
  }

  @Test
  void tagOfTheCallerBeatsTheDocument() throws Exception {
    assertThat(agent(ROOT, WEB, SSM).resolve(enabled("web", "ssm-user"))).isEqualTo(WEB);
    assertThat(agent(ROOT, WEB, SSM).resolve(enabled("", "ssm-user"))).isEqualTo(SSM);
  }

  @Test
  void nobodyNamedIsRefused() {
    assertThatThrownBy(() -> agent(ROOT, SSM).resolve(enabled("", "")))
        .isInstanceOf(RunAsRefusedException.class)
        .hasMessage("Unable to start command: please set the RunAs default user");
    assertThatThrownBy(() -> agent(ROOT, SSM).resolve(enabled(" ", "")))
        .isInstanceOf(RunAsRefusedException.class);
  }

  @Test
  void unknownAccountIsRefusedInsteadOfFallingBack() {
    assertThatThrownBy(() -> agent(ROOT, SSM).resolve(enabled("ghost", "ssm-user")))
        .isInstanceOf(RunAsRefusedException.class)
        .hasMessage(
            "Unable to start command: failed to start pty since RunAs user ghost does not exist");
  }

  @Test
  void rootIsRefusedByUserAndByGroup() {
    assertThatThrownBy(() -> agent(ROOT, ROOT).resolve(enabled("root", "")))
        .isInstanceOf(RunAsRefusedException.class)
        .hasMessageContaining("invalid uid and gid");
    assertThatThrownBy(() -> agent(ROOT, WHEEL).resolve(enabled("wheel", "")))
        .isInstanceOf(RunAsRefusedException.class);
  }

  @Test
  void ssmUserThatIsRootIsRefusedInsteadOfFallingBack() {
    Account disguised = new Account("ssm-user", 0, 0, "/root", "/bin/sh");

    assertThatThrownBy(() -> agent(ROOT, disguised).resolve(NOTHING))
        .isInstanceOf(RunAsRefusedException.class)
        .hasMessageContaining("ssm-user");
  }

  @Test
  void whoIsNotRootCannotBecomeAnother() throws Exception {
    assertThatThrownBy(() -> agent(WEB, WEB, SSM).resolve(enabled("ssm-user", "")))
        .isInstanceOf(RunAsRefusedException.class)
        .hasMessageContaining("does not run as root")
        .hasMessageContaining("ssm-user")
        .hasMessageContaining("web");
    assertThat(agent(WEB, WEB).resolve(enabled("web", ""))).isEqualTo(WEB);
  }

  @Test
  void elevatedNeedsAnAgentThatIsRoot() throws Exception {
    RunAs.Wish elevated = new RunAs.Wish(true, true, "web", "");

    assertThat(agent(ROOT, WEB).resolve(elevated)).isEqualTo(ROOT);
    assertThatThrownBy(() -> agent(WEB, WEB).resolve(elevated))
        .isInstanceOf(RunAsRefusedException.class);
  }

  @Test
  void accountsComeFromTheSystem() throws Exception {
    assertThat(Account.named("root"))
        .hasValueSatisfying(root -> assertThat(root.isRoot()).isTrue());
    assertThat(Account.named("no-such-account-here")).isEmpty();
    assertThat(Account.named("")).isEmpty();
    assertThat(Account.numbered(0).orElseThrow().home()).startsWith("/");
  }
}
