package dev.postern.agent.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CommandSessionTest {
  private final Screen screen = new Screen();

  @SuppressWarnings("NullAway.Init") // set by each test
  private CommandSession session;

  @AfterEach
  void endSession() {
    if (session != null) {
      session.end();
    }
  }

  private CommandSession start(boolean separate, String... argv) throws Exception {
    session = CommandSession.start(Screen.launch(), List.of(argv), separate, screen);
    return session;
  }

  @Test
  void streamsAreApartAndStatusIsExact() throws Exception {
    start(true, "sh", "-c", "echo out; echo err >&2; exit 7");

    assertThat(session.await()).isEqualTo(7);
    assertThat(screen.text()).isEqualTo("out\n");
    assertThat(screen.errorText()).isEqualTo("err\n");
  }

  @Test
  void mergedStreamsKeepTheirOrder() throws Exception {
    start(false, "sh", "-c", "echo 1; echo 2 >&2; echo 3; echo 4 >&2");

    assertThat(session.await()).isZero();
    assertThat(screen.text()).isEqualTo("1\n2\n3\n4\n");
    assertThat(screen.errorText()).isEmpty();
  }

  @Test
  void inputIsClosed() throws Exception {
    assertThat(start(true, "cat").await()).isZero();
    assertThat(screen.text()).isEmpty();
  }

  @Test
  void wordsArriveExactly() throws Exception {
    Random random = new Random(20261123);
    List<String> argv = new ArrayList<>(List.of("printf", "%s\\0"));
    StringBuilder expected = new StringBuilder();
    for (int word = 0; word < 200; word++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        int c = random.nextBoolean() ? 1 + random.nextInt(126) : 1 + random.nextInt(0x10FFFF);
        text.appendCodePoint(Character.getType(c) == Character.SURROGATE ? '\'' : c);
      }
      argv.add(text.toString());
      expected.append(text).append('\0');
    }
    session = CommandSession.start(Screen.launch(), argv, true, screen);

    assertThat(session.await()).isZero();
    assertThat(screen.bytes()).isEqualTo(expected.toString().getBytes(UTF_8));
  }

  @Test
  void interruptCharacterInterruptsTheGroup() throws Exception {
    // Short sleeps: a signal that meets sh between fork and exec leaves the child alone, and sh
    // traps only after it.
    start(
        true,
        "sh",
        "-c",
        "trap 'echo caught; exit 5' INT; echo armed; while :; do sleep 0.1; done");
    screen.awaitText("armed");

    session.offer(Screen.typed("abc\003"));

    assertThat(session.await()).isEqualTo(5);
    assertThat(screen.text()).contains("caught");
  }

  @Test
  void quitCharacterQuits() throws Exception {
    start(true, "sh", "-c", "echo armed; exec sleep 1000");
    screen.awaitText("armed");

    session.offer(Screen.typed("\034"));

    assertThat(session.await()).isEqualTo(128 + 3);
  }

  @Test
  void unknownProgramIsStatus127WithTheReason() throws Exception {
    assertThat(start(true, "/no/such/program").await()).isEqualTo(127);
    assertThat(screen.errorText()).contains("/no/such/program");
  }

  @Test
  void outputOfAnEndingChildIsNotCutOff() throws Exception {
    start(true, "bash", "-c", "seq 100000 > >(sleep 0.1; cat)");

    assertThat(session.await()).isZero();
    assertThat(screen.text()).endsWith("\n100000\n").hasSize(588_895);
  }

  @Test
  void daemonThatKeepsTheStreamsOpenEndsWithTheCommand() throws Exception {
    start(true, "sh", "-c", "trap '' HUP; sleep 1000 & echo done");

    assertThat(session.await()).isZero();
    assertThat(screen.text()).isEqualTo("done\n");
  }

  @Test
  void largeOutputOnBothStreamsIsComplete() throws Exception {
    start(true, "sh", "-c", "head -c 3000000 /dev/zero & head -c 2000000 /dev/zero >&2; wait");

    assertThat(session.await()).isZero();
    assertThat(screen.text()).hasSize(3_000_000);
    assertThat(screen.errorText()).hasSize(2_000_000);
  }
}
