package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A path to the server swallows everything for a while, or is cut, in the middle of what sessions
 * do. A person's and the node's are different ones, and one stays whole.
 */
@Timeout(240)
@EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
class DeadLinkTest {
  private static final int LINES = 300;

  /** More than half a minute of them. */
  private static final int LONG_LINES = 400;

  private static final Duration STALL_MAX = Duration.ofSeconds(5);
  private static final long TRANSFER_BYTES = 500_000_000;
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(10);

  @TempDir static Path temporary;

  private static TwoLegs legs;

  enum Program {
    POSTERN_SHELL,
    AWS_CLI_AND_PLUGIN
  }

  @BeforeAll
  static void start() throws Exception {
    legs = TwoLegs.start(temporary);
  }

  @AfterAll
  static void stop() throws IOException {
    if (legs != null) {
      legs.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Program.class)
  void shellGoesOnWithNothingLostOrRepeated(Program program) throws Exception {
    if (program == Program.AWS_CLI_AND_PLUGIN && Programs.officialPlugin().isPresent()) {
      return; // It has no deadline and waits for TCP's, a quarter of an hour.
    }
    try (Terminal terminal = terminal(program)) {
      CountingShell.start(terminal, LINES);

      legs.link(TwoLegs.Leg.CLIENT).freeze();
      long dead = System.nanoTime();
      terminal.type("typed while dead\r");
      terminal.screen().expect(": connection lost, trying again");
      Duration noticed = Duration.ofNanos(System.nanoTime() - dead);
      terminal.type("and later\r");
      legs.link(TwoLegs.Leg.CLIENT).thaw();

      terminal.screen().expect(": connected again");
      assertThat(noticed).isLessThan(NOTICED_WITHIN);
      CountingShell.expectAllOnce(terminal, LINES, "typed while dead|and later");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  void shellGoesOnAfterTheServerWasOutOfReachFor(int seconds) throws Exception {
    try (Terminal terminal = terminal(Program.POSTERN_SHELL)) {
      CountingShell.start(terminal, LINES);

      legs.link(TwoLegs.Leg.CLIENT).cutOff();
      terminal.type("typed while away\r");
      assertThat(terminal.endsWithin(Duration.ofSeconds(seconds))).isFalse();
      terminal.type("and later\r");
      legs.link(TwoLegs.Leg.CLIENT).mend();

      terminal.screen().expect(": connected again");
      CountingShell.expectAllOnce(terminal, LINES, "typed while away|and later");
    }
  }

  /**
   * The connections of before stay dead, as when TCP's next attempt is far away: what goes on must
   * go on over new ones.
   */
  @ParameterizedTest
  @EnumSource(TwoLegs.Leg.class)
  void transferGoesOnByteForByteAfterThirtySecondsOfSilence(TwoLegs.Leg leg) throws Exception {
    AtomicBoolean frozen = new AtomicBoolean();
    AtomicLong back = new AtomicLong();
    AtomicLong last = new AtomicLong();
    AtomicLong stall = new AtomicLong();
    try (NumberedBytes service = new NumberedBytes(TRANSFER_BYTES);
        PosternForward forward = PosternForward.start(legs.node(), "0:" + service.port());
        Socket connection = new Socket(InetAddress.getLoopbackAddress(), forward.port())) {
      service.expect(
          connection,
          done -> {
            long now = System.nanoTime();
            if (back.get() != 0) {
              stall.accumulateAndGet(now - Math.max(last.get(), back.get()), Math::max);
            }
            last.set(now);
            if (done > TRANSFER_BYTES / 5 && frozen.compareAndSet(false, true)) {
              legs.link(leg).freeze();
              CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS)
                  .execute(() -> {
                    back.set(System.nanoTime());
                    legs.link(leg).thawForNew();
                  });
            }
          });

      assertThat(back.get()).isNotZero();
      assertThat(Duration.ofNanos(stall.get())).isPositive().isLessThan(STALL_MAX);
      if (leg == TwoLegs.Leg.CLIENT) {
        var _ = forward.err().expect("connection lost, trying again");
        var _ = forward.err().expect("connected again");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TwoLegs.Leg.class)
  void shellGoesOnAfterThirtySecondsOfSilence(TwoLegs.Leg leg) throws Exception {
    try (Terminal terminal = terminal(Program.POSTERN_SHELL)) {
      CountingShell.start(terminal, LONG_LINES);

      legs.link(leg).freeze();
      assertThat(terminal.endsWithin(Duration.ofSeconds(30))).isFalse();
      legs.link(leg).thawForNew();
      terminal.type("typed after\rand later\r");

      assertThat(CountingShell.longestStall(terminal, LONG_LINES)).isLessThan(STALL_MAX);
      CountingShell.expectAllOnce(terminal, LONG_LINES, "typed after|and later");
    }
  }

  private static Terminal terminal(Program program) throws Exception {
    List<String> command =
        switch (program) {
          case POSTERN_SHELL -> List.of(Programs.postern(), "shell", legs.agent().instanceId());
          case AWS_CLI_AND_PLUGIN ->
              legs.server()
                  .awsCommand("ssm", "start-session", "--target", legs.agent().instanceId());
        };
    return new Terminal(
        legs.server().shell().with("POSTERN_STTY_BEFORE", temporary.resolve("stty").toString()),
        100,
        30,
        String.join(" ", command));
  }
}
