package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.ec2messages.MessageDelivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Official agents' polls, which are held although there is nothing for them. */
@Timeout(30)
class HeldPollTest {
  @TempDir Path directory;

  @Test
  void pollIsAnsweredAtOnceWhenTheServerStops() throws Exception {
    CountDownLatch stopping = new CountDownLatch(1);
    try (EdgeFixture fixture =
        new EdgeFixture(
            directory, (_, _) -> List.of(MessageDelivery.service(Duration.ofHours(1), stopping)))) {
      stopping.countDown();

      HttpAnswer answer =
          fixture.send(
              fixture.signed(
                  EdgeFixture.json(
                      "EC2WindowsMessageDeliveryService.GetMessages",
                      "{\"Destination\":\"" + EdgeFixture.NODE + "\",\"MessagesRequestId\":\"r\"}"),
                  fixture.nodeCredentials(),
                  "ec2messages"));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(EdgeFixture.tree(answer)).containsEntry("Messages", List.of());
    }
  }
}
