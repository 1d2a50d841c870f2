package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node whose clock is off, by libfaketime in front of the real agent. Signatures hold for fifteen
 * minutes; beyond them the agent has to take the server's word for the time. Two cases are enough
 * here, for the library makes Java slow; the rest are in the agent's own tests.
 */
@Timeout(300)
@EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
class WrongClockTest {
  private static final Pattern LOGGED_AT = Pattern.compile("(?m)^(\\S+Z) \\w+ Agent: connected");
  private static final Duration TOLERANCE = Duration.ofMinutes(2);

  @TempDir static Path temporary;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new RunningServer(temporary.resolve("server"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** The library alone: its wrapper program would stand between us and the agent's signals. */
  private static Shell off(int minutes) {
    return RunningServer.base()
        .with("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1")
        .with("FAKETIME", "%+dm".formatted(minutes))
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .with("NO_FAKE_STAT", "1");
  }

  @ParameterizedTest
  @ValueSource(ints = {-10, 20})
  void nodeEnrolsConnectsAndRunsSessions(int minutes) throws Exception {
    try (RunningAgent agent =
        RunningAgent.enrol(off(minutes), server, temporary.resolve("agent" + minutes))) {
      Finished ran =
          server
              .shell()
              .run(
                  List.of(
                      Programs.postern(),
                      "exec",
                      agent.instanceId(),
                      "--",
                      "sh",
                      "-c",
                      "echo right; exit 7"));

      assertThat(ran.out()).isEqualTo("right\n");
      assertThat(ran.exitCode()).isEqualTo(7);
      Matcher logged = agent.err().expect(LOGGED_AT.pattern());
      assertThat(Duration.between(Instant.now(), Instant.parse(logged.group(1))))
          .isCloseTo(Duration.ofMinutes(minutes), TOLERANCE);
      assertThat(agent.err().all().contains("clock is off by")).isEqualTo(Math.abs(minutes) > 15);
    }
  }
}
