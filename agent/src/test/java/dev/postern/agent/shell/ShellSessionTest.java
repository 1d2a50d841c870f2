package dev.postern.agent.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ShellSessionTest {
  private final Screen screen = new Screen();

  @SuppressWarnings("NullAway.Init") // set by each test
  private ShellSession session;

  @AfterEach
  void endSession() {
    if (session != null) {
      session.end();
    }
  }

  private ShellSession commands(String commands) throws Exception {
    session = ShellSession.commands(Screen.launch(), commands, new WindowSize(120, 40), screen);
    return session;
  }

  @Test
  void commandsRunOnATerminalOfTheGivenSize() throws Exception {
    commands("tty; stty size");

    assertThat(session.await()).isZero();
    assertThat(screen.text()).contains("/dev/pts/").contains("40 120\r\n");
  }

  @Test
  void exitStatusIsTheProgramsOwn() throws Exception {
    assertThat(commands("exit 7").await()).isEqualTo(7);
  }

  @Test
  void exitStatusOfASignalIs128AndItsNumber() throws Exception {
    assertThat(commands("kill -9 $$").await()).isEqualTo(137);
  }

  @Test
  void loginShellReadsWhatIsTypedAndEndsOnExit() throws Exception {
    session = ShellSession.login(Screen.launch(), WindowSize.DEFAULT, screen);

    session.offer(Screen.typed("echo ready-$((40 + 2)); exit 3\n"));

    assertThat(session.await()).isEqualTo(3);
    assertThat(screen.text()).contains("ready-42");
  }

  @Test
  void resizeIsSeenByTheProgram() throws Exception {
    commands("trap 'stty size' WINCH; echo armed; while :; do read line; done");
    screen.awaitText("armed");

    session.resize(new WindowSize(101, 33));

    screen.awaitText("33 101");
  }

  @Test
  void interruptEndsTheForegroundProgramOnly() throws Exception {
    session = ShellSession.login(Screen.launch(), WindowSize.DEFAULT, screen);
    session.offer(
        Screen.typed(
            "sleep 1000 & echo back-$((1+1)); sh -c 'echo fore-$((1+2)); exec sleep 1000'\n"));
    screen.awaitText("fore-3");

    session.offer(Screen.typed("\003"));
    session.offer(Screen.typed("echo after-$((2+2)); jobs\n"));

    screen.awaitText("after-4");
    screen.await(text -> text.substring(text.indexOf("after-4")).contains("sleep 1000"), "job");
  }

  @Test
  void outputIsCompleteAndInOrder() throws Exception {
    commands("stty -opost; seq 1 200000");

    assertThat(session.await()).isZero();
    String[] lines = screen.text().lines().toArray(String[]::new);
    assertThat(lines).hasSize(200_000);
    assertThat(lines[0]).isEqualTo("1");
    assertThat(lines[199_999]).isEqualTo("200000");
  }

  @Test
  void anyInputByteArrives() throws Exception {
    commands("stty raw -echo; echo armed; dd bs=1 count=256 2>/dev/null | od -An -v -tu1");
    screen.awaitText("armed");
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }

    assertThat(session.offer(ByteBuffer.wrap(all))).isTrue();
    session.await();

    String[] numbers =
        screen.text().substring(screen.text().indexOf("armed") + 5).trim().split("\\s+", -1);
    assertThat(numbers).hasSize(256);
    assertThat(Arrays.stream(numbers).mapToInt(Integer::parseInt).toArray())
        .isEqualTo(IntStream.range(0, 256).toArray());
  }

  @Test
  void inputOfAProgramThatDoesNotReadIsBounded() throws Exception {
    commands("stty raw -echo; echo armed; exec sleep 1000");
    screen.awaitText("armed");
    ByteBuffer chunk = ByteBuffer.wrap(new byte[64 * 1024]);
    Arrays.fill(chunk.array(), (byte) 'x');

    int taken = 0;
    while (taken < 1000 && session.offer(chunk)) {
      taken++;
    }

    assertThat(taken).isBetween(8, 999);
  }

  @Test
  void backgroundProcessThatKeepsTheTerminalDoesNotKeepTheSession() throws Exception {
    commands("trap '' HUP; sleep 1000 & echo gone");

    assertThat(session.await()).isZero();
    assertThat(screen.text()).contains("gone");
  }

  @Test
  void environmentIsMadeFromTheAccountAlone() throws Exception {
    Map<String, String> agents =
        Map.of(
            "AWS_SECRET_ACCESS_KEY",
            "s",
            "https_proxy",
            "p",
            "SSL_CERT_FILE",
            "c",
            "POSTERN_DATA",
            "d",
            "LANG",
            "de_DE.UTF-8",
            "PATH",
            "/nowhere");
    Launch launch = new Launch(Account.current(), Screen.newMark(), agents);
    session = ShellSession.commands(launch, "exec env", WindowSize.DEFAULT, screen);
    session.await();

    Map<String, String> seen = new TreeMap<>();
    for (String line : screen.text().lines().toList()) {
      seen.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
    }
    LoginSettings machine = LoginSettings.read();
    Set<String> expected = new TreeSet<>(machine.variables().keySet());
    expected.addAll(
        List.of(
            "HOME", "LANG", "LOGNAME", "PATH", "POSTERN_SESSION", "PWD", "SHELL", "TERM", "USER"));
    if (!machine.mailDirectory().isEmpty()) {
      expected.add("MAIL");
    }
    assertThat(seen.keySet()).isEqualTo(expected);
    assertThat(seen)
        .containsEntry("LANG", machine.variables().getOrDefault("LANG", "de_DE.UTF-8"))
        .containsEntry("TERM", "xterm-256color")
        .containsEntry("HOME", Account.current().home())
        .containsEntry("USER", Account.current().name());
  }

  @Test
  void startsInTheHomeDirectoryOrAtTheRoot() throws Exception {
    Account here = Account.current();
    Account homeless = new Account(here.name(), here.uid(), here.gid(), "/no/such", here.shell());
    session =
        ShellSession.commands(
            new Launch(homeless, Screen.newMark(), Map.of()), "pwd", WindowSize.DEFAULT, screen);
    session.await();

    assertThat(screen.text()).isEqualTo("/\r\n");
  }

  @Test
  void onlyTheTerminalIsOpenInTheProgram() throws Exception {
    commands("exec ls /proc/self/fd");
    session.await();

    // 3 is the directory that ls itself reads.
    assertThat(screen.text().trim().split("\\s+", -1)).containsExactly("0", "1", "2", "3");
  }

  @Test
  void signalsHaveTheirDefaultActions() throws Exception {
    commands("grep -E 'SigIgn|SigBlk' /proc/self/status");
    session.await();

    for (String line : screen.text().lines().toList()) {
      long mask = Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).trim(), 16);
      assertThat(mask & 0x7fffffffL).as(line).isZero();
    }
  }

  @Test
  void commandTextSurvivesAnyCharacterSet() throws Exception {
    commands("printf '%s' 'grüße 日本 \uD83D\uDE80'");
    session.await();

    assertThat(screen.bytes()).isEqualTo("grüße 日本 \uD83D\uDE80".getBytes(UTF_8));
  }

  @Test
  void rootBecomesAnotherAccountWithItsGroupsAndTerminal() throws Exception {
    assumeTrue(Account.current().isRoot());
    Account nobody = Account.named("nobody").orElseThrow();
    session =
        ShellSession.commands(
            new Launch(nobody, Screen.newMark(), Map.of()),
            "id -u; id -g; echo again >$(tty); pwd; grep CapEff /proc/self/status",
            WindowSize.DEFAULT,
            screen);
    session.await();

    assertThat(screen.text())
        .startsWith(nobody.uid() + "\r\n" + nobody.gid() + "\r\nagain\r\n")
        .contains("CapEff:\t0000000000000000");
  }
}
