package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which thread puts an agent's output on the connection. */
@Timeout(30)
class DataChannelSenderTest {
  private final DataChannelLink link = new DataChannelLink();
  private final DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
  private final DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link);
  private final List<Thread> writers = new CopyOnWriteArrayList<>();

  @BeforeEach
  void exchangeAWord() throws Exception {
    agent.send(PayloadType.OUTPUT, "begin");
    assertThat(client.next()).isEqualTo("begin");
    assertThat(agent.channel.drain(DataChannelEnd.PATIENCE)).isTrue();
    link.filter(this::noteWriter);
  }

  @AfterEach
  void close() {
    agent.close();
    client.close();
  }

  private static boolean isOutput(ByteBuffer message) {
    try {
      return AgentMessage.decode(message).messageType().equals(MessageType.OUTPUT_STREAM_DATA);
    } catch (MalformedMessageException wrong) {
      throw new AssertionError(wrong);
    }
  }

  private DataChannelLink.Fate noteWriter(ByteBuffer message) {
    if (isOutput(message)) {
      writers.add(Thread.currentThread());
    }
    return DataChannelLink.Fate.PASS;
  }

  @Test
  void shortPayloadIsWrittenByItsSenderWhileTheWriterHasNothingToDo() throws Exception {
    agent.send(PayloadType.OUTPUT, "key");

    assertThat(writers).startsWith(Thread.currentThread());
    assertThat(client.next()).isEqualTo("key");
  }

  @Test
  void longPayloadIsWrittenByTheWriter() throws Exception {
    byte[] payload = new byte[DataChannelOutbox.WRITTEN_BY_SENDER_MAX + 1];
    agent.channel.send(PayloadType.OUTPUT, ByteBuffer.wrap(payload));

    assertThat(client.nextBytes(payload.length)).isEqualTo(payload);
    assertThat(writers).isNotEmpty().doesNotContain(Thread.currentThread());
  }

  /** Its interruption must not cost the connection. */
  @Test
  void virtualThreadLeavesThePayloadToTheWriter() throws Exception {
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                agent.send(PayloadType.OUTPUT, "key");
              } catch (IOException wrong) {
                throw new AssertionError(wrong);
              }
            });

    assertThat(client.next()).isEqualTo("key");
    assertThat(writers).isNotEmpty().doesNotContain(sender);
  }

  @Test
  void whatItsSenderWroteAndWasLostIsSentAgain() throws Exception {
    AtomicInteger outputs = new AtomicInteger();
    link.filter(message ->
        isOutput(message) && outputs.incrementAndGet() == 1
            ? DataChannelLink.Fate.LOSE
            : DataChannelLink.Fate.PASS);
    agent.send(PayloadType.OUTPUT, "key");

    assertThat(client.next()).isEqualTo("key");
    assertThat(outputs).hasValueGreaterThan(1);
  }

  @Test
  void whatIsSentWhileASenderWritesFollowsIt() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    link.filter(message -> {
      if (isOutput(message)) {
        writing.countDown();
        DataChannelEnd.await(release);
      }
      return DataChannelLink.Fate.PASS;
    });
    Thread slow =
        Thread.ofPlatform()
            .start(() -> {
              try {
                agent.send(PayloadType.OUTPUT, "a");
              } catch (IOException wrong) {
                throw new AssertionError(wrong);
              }
            });
    DataChannelEnd.await(writing);

    agent.send(PayloadType.OUTPUT, "b");
    agent.send(PayloadType.OUTPUT, "c");
    release.countDown();

    assertThat(client.next(3)).containsExactly("a", "b", "c");
    slow.join();
  }
}
