package dev.postern.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NotifySocketTest {
  private static final long PID = 4711;

  @TempDir private Path temporary;
  private final Map<String, String> environment = new HashMap<>();

  private NotifySocket notifier(String name) {
    environment.put("NOTIFY_SOCKET", name);
    return NotifySocket.of(environment, PID);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lifeOfTheAgentIsTold(boolean inTheFileSystem) throws Exception {
    String name =
        inTheFileSystem ? temporary.resolve("notify").toString() : "@postern/" + UUID.randomUUID();
    try (NotifyReceiver receiver = new NotifyReceiver(name);
        NotifySocket notifier = notifier(name)) {
      notifier.ready("dialling");
      notifier.status("connected\nto \u001b[31mgrün");
      notifier.stopping();
      notifier.status("not connected");
      notifier.ready("again");

      assertThat(receiver.next()).isEqualTo("READY=1|STATUS=dialling");
      assertThat(receiver.next()).isEqualTo("STATUS=connected to  [31mgrün");
      assertThat(receiver.next()).startsWith("STOPPING=1|STATUS=");
      assertThat(receiver.next()).isEqualTo("READY=1|STATUS=again");
    }
  }

  @Test
  void signsOfLifeComeForAsLongAsItRuns() throws Exception {
    String name = temporary.resolve("notify").toString();
    environment.put("WATCHDOG_USEC", "20000");
    environment.put("WATCHDOG_PID", Long.toString(PID));
    try (NotifyReceiver receiver = new NotifyReceiver(name);
        NotifySocket notifier = notifier(name)) {
      notifier.ready("runs");

      assertThat(receiver.next()).startsWith("READY=1");
      for (int sign = 0; sign < 3; sign++) {
        assertThat(receiver.next()).isEqualTo("WATCHDOG=1");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PID", "USEC", "JUNK"})
  void noSignsWhereNobodyWantsThemOfUs(String missing) throws Exception {
    String name = temporary.resolve("notify").toString();
    environment.put("WATCHDOG_USEC", missing.equals("JUNK") ? "-3s" : "1000");
    environment.put("WATCHDOG_PID", missing.equals("PID") ? "1" : Long.toString(PID));
    if (missing.equals("USEC")) {
      environment.remove("WATCHDOG_USEC");
    }
    try (NotifyReceiver receiver = new NotifyReceiver(name);
        NotifySocket notifier = notifier(name)) {
      notifier.ready("runs");
      notifier.status("still");

      assertThat(receiver.next()).startsWith("READY=1");
      assertThat(receiver.next()).isEqualTo("STATUS=still");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "vsock:2:1234", "/no/such/socket", "@nobody-listens-here"})
  void whoIsNotHeardGoesOn(String name) {
    try (NotifySocket notifier = notifier(name)) {
      notifier.ready("runs");
      notifier.stopping();
    }
    try (NotifySocket notifier = notifier("/" + "x".repeat(200))) {
      notifier.ready("runs");
    }
    assertThat(NotifySocket.of(Map.of(), PID)).isNotNull();
  }
}
