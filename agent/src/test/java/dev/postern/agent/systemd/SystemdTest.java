package dev.postern.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.AgentProgram;
import dev.postern.agent.FakeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as systemd runs it, as far as that can be seen without systemd. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SystemdTest {
  private static final Path UNIT = Path.of("src", "main", "packaging", "postern-agent.service");

  @TempDir private Path temporary;

  @Test
  void programTellsThatItRunsHowItIsConnectedAndThatItEnds() throws Exception {
    AgentProgram program = new AgentProgram(temporary);
    String data = temporary.resolve("data").toString();
    String name = temporary.resolve("notify").toString();
    FakeService service = new FakeService();
    try (NotifyReceiver receiver = new NotifyReceiver(name)) {
      program.register(service, Path.of(data));
      Process agent =
          AgentProgram.start(
              program.command("run", "--data", data),
              Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "100000"));
      try {
        assertThat(receiver.next()).isEqualTo("READY=1|STATUS=Connecting to " + service.endpoint());
        assertThat(receiver.awaitMessage("STATUS="))
            .isEqualTo(
                "STATUS=%s is connected to %s".formatted(FakeService.NODE, service.endpoint()));
        receiver.awaitMessage("WATCHDOG=1");
        service.close();
        assertThat(receiver.awaitMessage("STATUS="))
            .startsWith("STATUS=Not connected to " + service.endpoint() + ": ");
        receiver.awaitMessage("WATCHDOG=1");
        agent.destroy();
        receiver.awaitMessage("STOPPING=1");
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.exitValue()).isZero();
      } finally {
        agent.destroyForcibly();
      }
    } finally {
      service.close();
    }
  }

  @Test
  void unitIsWhatSystemdUnderstands() throws Exception {
    assumeTrue(
        AgentProgram.run(List.of("sh", "-c", "command -v systemd-analyze"), Map.of(), "").exitCode()
            == 0,
        "systemd is not installed");
    Path unit = temporary.resolve(UNIT.getFileName().toString());
    // Only what it starts has to be there.
    Files.writeString(
        unit, Files.readString(UNIT).replaceAll("(?m)^ExecStart=\\S+", "ExecStart=/bin/true"));

    AgentProgram.Finished verified =
        AgentProgram.run(
            List.of("systemd-analyze", "verify", "--man=no", unit.toString()), Map.of(), "");

    assertThat(verified.exitCode()).isZero();
    assertThat(verified.out() + verified.err()).isEmpty();
  }

  @Test
  void unitTakesNothingFromSessions() throws Exception {
    List<String> keys =
        Files.readAllLines(UNIT).stream()
            .filter(line -> line.matches("[A-Z]\\w+=.*"))
            .map(line -> line.substring(0, line.indexOf('=')))
            .toList();

    assertThat(keys).contains("Type", "WatchdogSec", "KillMode", "Delegate", "OOMPolicy");
    assertThat(keys)
        .noneMatch(key ->
            key.matches(
                "NoNewPrivileges|Private.*|Protect.*|Restrict.*|SystemCall.*|.*Paths|Capability.*"
                    + "|Ambient.*|MemoryDeny.*|LockPersonality|IPAddress.*|SecureBits|OOMScore.*"));
  }
}
