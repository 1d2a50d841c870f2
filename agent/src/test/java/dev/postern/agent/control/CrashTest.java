package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.agent.AgentProgram;
import dev.postern.agent.FakeService;
import dev.postern.agent.FakeSocket;
import dev.postern.agent.registration.AgentDirectory;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kill -9} of the agent leaves, and what the next one makes of it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CrashTest {
  private static final JsonObject NONE = new JsonObject(Map.of());

  @TempDir private Path temporary;
  private final String id = NodeFixture.newSessionId();

  private static SessionContent shell(String id) {
    return new SessionContent(
        "doc",
        id,
        "arn",
        "",
        NONE,
        new DocumentContent("1.0", "", "Standard_Stream", NONE, NONE, null));
  }

  @Test
  void sessionsOfAKilledAgentAreEndedAndReportedByTheNextOne() throws Exception {
    AgentProgram program = new AgentProgram(temporary);
    Path data = temporary.resolve("data");
    try (FakeService service = new FakeService()) {
      program.register(service, data);
      Process killed =
          AgentProgram.start(program.command("run", "--data", data.toString()), Map.of());
      NodeFixture.startSession(service.nextSocket("/v1/control-channel/").socket(), shell(id));
      Survivor survivor;
      try (ClientEnd client = new ClientEnd(service, id)) {
        survivor = Survivor.start(client, temporary.resolve("pid"));
      }
      killed.destroyForcibly().waitFor();
      assertThat(survivor.isAlive()).isTrue();

      Process next =
          AgentProgram.start(program.command("run", "--data", data.toString()), Map.of());
      try {
        FakeSocket control = service.nextSocket("/v1/control-channel/").socket();
        AgentTaskComplete complete = NodeFixture.nextComplete(control);

        assertThat(complete.taskId()).isEqualTo(id);
        assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
        assertThat(complete.output()).contains("ended unexpectedly");
        assertThat(survivor.isAlive()).isFalse();
      } finally {
        next.destroy();
        assertThat(next.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(data.resolve("sessions")).isEmptyDirectory();
    }
  }

  @Test
  void journalPassesOverWhatIsNoSessionAndForgetsWhatEnded() throws Exception {
    AgentDirectory directory = AgentDirectory.open(temporary.resolve("data"));
    SessionJournal journal = new SessionJournal(directory);
    journal.began(new SessionId("alice-1"), "0123456789abcdef");
    journal.began(new SessionId("alice-2"), "fedcba9876543210");
    journal.ended(new SessionId("alice-2"));
    Files.writeString(directory.resolve("sessions/not a session"), "x");

    assertThat(new SessionJournal(directory).leftBehind())
        .isEqualTo(Map.of(new SessionId("alice-1"), "0123456789abcdef"));
    assertThat(journal.leftBehind()).isEmpty();
  }
}
