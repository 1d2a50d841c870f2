package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold on any connection: the same bytes in the same order at both ends. */
@Timeout(120)
class DataChannelFaultTest {
  private static final int BYTES = 400_000;

  private static final class Faults {
    private final SplittableRandom random;

    Faults(long seed) {
      random = new SplittableRandom(seed);
    }

    synchronized DataChannelLink.Fate next() {
      int roll = random.nextInt(1000);
      if (roll < 10) {
        return DataChannelLink.Fate.LOSE;
      } else if (roll < 40) {
        return DataChannelLink.Fate.SWAP;
      } else if (roll < 60) {
        return DataChannelLink.Fate.TWICE;
      } else if (roll < 64) {
        return DataChannelLink.Fate.CUT;
      }
      return DataChannelLink.Fate.PASS;
    }
  }

  private static byte[] content(long seed) {
    byte[] bytes = new byte[BYTES];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private static CompletableFuture<Void> sendInPieces(
      DataChannel channel, byte[] content, long seed) {
    return CompletableFuture.runAsync(() -> {
      SplittableRandom random = new SplittableRandom(seed);
      int position = 0;
      try {
        while (position < content.length) {
          int length = Math.min(1 + random.nextInt(2000), content.length - position);
          channel.send(PayloadType.OUTPUT, ByteBuffer.wrap(content, position, length));
          position += length;
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bytesAreEqualAtBothEndsWhateverTheConnectionDoes(long seed) throws Exception {
    DataChannelLink link = new DataChannelLink();
    Faults faults = new Faults(seed);
    SplittableRandom moods = new SplittableRandom(seed);
    link.filter(message -> faults.next());
    byte[] output = content(seed);
    byte[] input = content(seed + 1000);

    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      // Only the agent's delivery thread asks, so the generator has one user.
      agent.ready = () -> moods.nextInt(100) > 0;
      CompletableFuture<Void> outputSent = sendInPieces(agent.channel, output, seed);
      CompletableFuture<Void> inputSent = sendInPieces(client.channel, input, seed);

      assertThat(client.nextBytes(BYTES)).isEqualTo(output);
      assertThat(agent.nextBytes(BYTES)).isEqualTo(input);
      outputSent.get(20, TimeUnit.SECONDS);
      inputSent.get(20, TimeUnit.SECONDS);
      link.filter(message -> DataChannelLink.Fate.PASS);
      assertThat(agent.channel.drain(Duration.ofSeconds(20))).isTrue();
      assertThat(client.channel.drain(Duration.ofSeconds(20))).isTrue();
      assertThat(agent.received).isEmpty();
      assertThat(client.received).isEmpty();
      assertThat(agent.givenUp).isNotDone();
      assertThat(client.givenUp).isNotDone();
    }
  }

  /** An answer longer than its question must not stop both ends behind each other's windows. */
  @ParameterizedTest
  @ValueSource(ints = {3})
  void applicationThatAnswersMoreThanItIsAskedDoesNotStop(int answersPerQuestion) throws Exception {
    int questions = 400;
    DataChannelLink link = new DataChannelLink();
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.ready =
          () -> {
            try {
              for (int i = 0; i < answersPerQuestion; i++) {
                agent.channel.send(
                    PayloadType.OUTPUT, ByteBuffer.allocate(DataChannel.PAYLOAD_BYTES_BULK));
              }
              return true;
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          };
      agent.send(PayloadType.OUTPUT, "$");
      assertThat(client.next()).isEqualTo("$");
      CompletableFuture<Void> asked =
          CompletableFuture.runAsync(() -> {
            try {
              for (int i = 0; i < questions; i++) {
                client.channel.send(
                    PayloadType.OUTPUT, ByteBuffer.allocate(DataChannel.PAYLOAD_BYTES_BULK));
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });

      int expected = questions * answersPerQuestion * DataChannel.PAYLOAD_BYTES_BULK;
      assertThat(client.nextBytes(expected)).hasSize(expected);
      asked.get(20, TimeUnit.SECONDS);
    }
  }
}
