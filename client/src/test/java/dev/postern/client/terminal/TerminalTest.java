package dev.postern.client.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class TerminalTest {
  private TestPty pty;
  private Termios before;

  @BeforeEach
  void startProbe() throws Exception {
    pty = TestPty.start(Map.of(), TestPty.java(TerminalProbe.class));
    before = pty.attributes();
    pty.awaitOutput("[raw true true true]");
  }

  @AfterEach
  void stopProbe() throws Exception {
    pty.close();
  }

  @Test
  void everyKeyArrivesAsItIs() throws Exception {
    pty.type("\r\3\32\34\4a");

    pty.awaitOutput("[key d][key 3][key 1a][key 1c][key 4][key 61]");
  }

  @Test
  void terminalIsAsBeforeAfterNormalEnd() throws Exception {
    pty.type("q");

    assertThat(pty.awaitExit()).isZero();
    assertThat(pty.attributes()).isEqualTo(before);
  }

  @Test
  void terminalIsAsBeforeAfterException() throws Exception {
    pty.type("x");

    assertThat(pty.awaitExit()).isEqualTo(1);
    assertThat(pty.attributes()).isEqualTo(before);
  }

  @Test
  void terminalIsAsBeforeAfterSignals() throws Exception {
    assertThat(pty.attributes()).isNotEqualTo(before);

    pty.kill("TERM");

    assertThat(pty.awaitExit()).isEqualTo(143);
    assertThat(pty.attributes()).isEqualTo(before);
  }

  @Test
  void newSizeIsSeenAtOnce() throws Exception {
    pty.resize(132, 50);

    pty.awaitOutput("[size 132x50]");
  }

  @Test
  void interruptFromOutsideIsOnlyAMessage() throws Exception {
    pty.kill("INT");
    pty.awaitOutput("[signal INT]");
    pty.kill("TSTP");
    pty.awaitOutput("[signal TSTP]");

    assertThat(pty.state()).isNotEqualTo('T');
  }

  @Test
  void rawModeIsSetAgainAfterAStop() throws Exception {
    Termios raw = pty.attributes();
    pty.kill("STOP");
    until(() -> pty.state() == 'T');
    pty.apply(before);

    pty.kill("CONT");

    pty.awaitOutput("[resumed]");
    assertThat(pty.attributes()).isEqualTo(raw);
  }

  private static void until(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
