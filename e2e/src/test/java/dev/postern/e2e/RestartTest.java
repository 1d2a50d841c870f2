package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What survives {@code kill -9} of the server. */
@Timeout(180)
class RestartTest {
  @TempDir Path temporary;

  @Test
  void everythingIsThereAfterKillAndTheAgentComesBackByItself() throws Exception {
    try (RunningServer server = new RunningServer(temporary.resolve("server"));
        RunningAgent agent = RunningAgent.enrol(server, temporary.resolve("agent"))) {
      server
          .shell()
          .run(List.of(Programs.postern(), "exec", agent.instanceId(), "--", "true"))
          .orFail();
      String activations = server.aws("ssm", "describe-activations").orFail().out();

      server.killAndRestart();

      agent.awaitStatus(server, "connected", Duration.ofSeconds(35));
      assertThat(server.aws("ssm", "describe-activations").orFail().out()).isEqualTo(activations);
      assertThat(server.aws("ssm", "describe-instance-information").orFail().out())
          .contains(agent.instanceId(), "Online");
      assertThat(server.aws("ssm", "describe-sessions", "--state", "History").orFail().out())
          .contains("AWS-StartNonInteractiveCommand", agent.instanceId());
      assertThat(
              server
                  .shell()
                  .run(
                      List.of(
                          Programs.postern(), "exec", agent.instanceId(), "--", "echo", "back")))
          .isEqualTo(new Finished(0, "back\n", ""));
    }
  }
}
