package dev.postern.transport;

import static dev.postern.transport.DataChannelEnd.PATIENCE;
import static dev.postern.transport.DataChannelEnd.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways in which a data channel ends, and who hears of it. */
@Timeout(60)
class DataChannelEndingTest {
  private final DataChannelLink link = new DataChannelLink();

  private static ByteBuffer channelClosed(String output) {
    return AgentMessage.onDataChannel(
            MessageType.CHANNEL_CLOSED,
            1,
            new UUID(1, 2),
            ChannelClosed.of("m", Instant.EPOCH, "d", "alice-0a1b2c3d4e5f60718", output)
                .toPayload())
        .encode();
  }

  /** MUST 43: the client hears it after all output. */
  @Test
  void clientHearsChannelClosedAfterTheOutputBeforeIt() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      CountDownLatch began = new CountDownLatch(1);
      client.ready =
          () -> {
            began.countDown();
            await(gate);
            return true;
          };
      agent.send(PayloadType.OUTPUT, "a");
      await(began);
      link.inject(Side.CLIENT, channelClosed("bye"));
      assertThat(client.closed).isNotDone();

      gate.countDown();

      assertThat(client.closed.get(20, SECONDS).output()).isEqualTo("bye");
      assertThat(client.received).hasSize(1);
      assertThat(client.givenUp).isNotDone();
      assertThatThrownBy(() -> client.send(PayloadType.OUTPUT, "x"))
          .isInstanceOf(IOException.class);
    }
  }

  /** MUST 31. */
  @Test
  void agentHearsChannelClosedEvenWhileItsReceiverIsStuck() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(1);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.ready =
          () -> {
            began.countDown();
            await(gate);
            return true;
          };
      agent.send(PayloadType.OUTPUT, "$ ");
      client.send(PayloadType.OUTPUT, "cat\r");
      await(began);

      link.inject(Side.AGENT, channelClosed(""));

      assertThat(agent.closed.get(20, SECONDS).sessionId()).isEqualTo("alice-0a1b2c3d4e5f60718");
      gate.countDown();
    }
  }

  /** MUST 43. */
  @Test
  void channelClosedThatCannotBeDecodedClosesAllTheSame() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "a");
      assertThat(client.next()).isEqualTo("a");

      link.inject(
          Side.CLIENT,
          AgentMessage.onDataChannel(
                  MessageType.CHANNEL_CLOSED,
                  1,
                  new UUID(1, 2),
                  ByteBuffer.wrap("{\"SchemaVersion\":\"1\"}".getBytes(StandardCharsets.UTF_8)))
              .encode());

      assertThat(client.closed.get(20, SECONDS).output()).isEmpty();
    }
  }

  /** MUST 34. */
  @Test
  void channelGivesUpWhenItsConnectionCannotBeRestored() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link)) {
      link.refuse(true);
      link.cut(Side.AGENT);

      assertThat(agent.givenUp.get(20, SECONDS)).hasRootCauseMessage("refused");
      assertThat(agent.channel.drain(Duration.ZERO)).isTrue();
      assertThatThrownBy(() -> agent.send(PayloadType.OUTPUT, "x")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void sessionThatTheServiceNoLongerKnowsIsNotDialledAgain() throws Exception {
    AtomicInteger dials = new AtomicInteger();
    DataChannel.Dialer dialer =
        () -> {
          dials.incrementAndGet();
          throw new SessionEndedException("Session is already terminated");
        };
    try (DataChannelEnd agent = new DataChannelEnd(Side.AGENT, dialer, 1)) {
      agent.channel.start();

      assertThat(agent.givenUp.get(20, SECONDS)).isInstanceOf(SessionEndedException.class);
    }
    assertThat(dials).hasValue(1);
  }

  @Test
  void failureOfTheReceiverEndsTheChannel() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      client.ready =
          () -> {
            throw new IllegalStateException("broken");
          };
      agent.send(PayloadType.OUTPUT, "a");

      assertThat(client.givenUp.get(20, SECONDS)).hasRootCauseMessage("broken");
    }
  }

  @Test
  void closeReleasesASenderThatWaits() throws Exception {
    link.refuse(true);
    DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    CountDownLatch began = new CountDownLatch(1);
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (true) {
                  agent.channel.send(1, ByteBuffer.allocate(DataChannel.PAYLOAD_BYTES_BULK));
                  began.countDown();
                }
              } catch (IOException e) {
                failure.complete(e);
              }
            });
    await(began);

    agent.close();

    assertThat(failure.get(20, SECONDS)).hasMessageContaining("closed");
    assertThat(sender.join(PATIENCE)).isTrue();
    assertThat(agent.givenUp).isNotDone();
  }
}
