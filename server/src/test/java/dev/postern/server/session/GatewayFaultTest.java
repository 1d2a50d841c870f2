package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.listener.RawWebSocket;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that lie, stall or disappear, beside others that must not notice. */
@Timeout(120)
class GatewayFaultTest {
  private static final int PAYLOAD = 32 * 1024;

  @TempDir private Path directory;
  private TestGateway server;
  private Peer control;

  @BeforeEach
  void start() throws Exception {
    server = new TestGateway(directory, TestGateway.OPTIONS);
    control = server.control();
  }

  @AfterEach
  void stop() {
    control.close();
    server.close();
  }

  private RawWebSocket raw(Side side, SessionId id) throws IOException {
    boolean agent = side == AGENT;
    String token =
        server.token(
            agent ? Tokens.Kind.AGENT_DATA_CHANNEL : Tokens.Kind.CLIENT_DATA_CHANNEL, id.value());
    RawWebSocket socket =
        RawWebSocket.open(
            server.listener(),
            agent ? "/agent/" + id + "?node=" + TestGateway.NODE : "/client/" + id);
    socket.frame(0x81, ("{\"TokenValue\":\"" + token + "\"}").getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static byte[] stream(Side side, long number) {
    byte[] payload = payload(side, number);
    ByteBuffer encoded =
        AgentMessage.stream(
                side,
                number,
                1,
                new UUID(0x4000, number),
                PayloadType.OUTPUT,
                ByteBuffer.wrap(payload))
            .encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static byte[] payload(Side side, long number) {
    byte[] payload = new byte[PAYLOAD];
    new Random(number * 2 + (side == AGENT ? 0 : 1)).nextBytes(payload);
    return payload;
  }

  private static byte[] acknowledgement(AgentMessage message) {
    ByteBuffer encoded =
        AgentMessage.onDataChannel(
                MessageType.ACKNOWLEDGE,
                1,
                new UUID(0x4001, message.sequenceNumber()),
                Acknowledge.of(message).toPayload())
            .encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  /** Reads and acknowledges stream messages in order until so many came; every byte is compared. */
  private static void consume(RawWebSocket socket, Side sender, long from, long to)
      throws Exception {
    long expected = from;
    while (expected < to) {
      RawWebSocket.Frame frame = socket.read();
      if (frame.head() != 0x82) {
        continue;
      }
      AgentMessage message = AgentMessage.decode(ByteBuffer.wrap(frame.payload()));
      if (!message.messageType().equals(sender.streamType())) {
        continue;
      }
      if (message.sequenceNumber() == expected) {
        assertTrue(Arrays.equals(payload(sender, expected), bytes(message)), "bytes changed");
        expected++;
        synchronized (socket) {
          socket.frame(0x82, acknowledgement(message));
        }
      }
    }
  }

  private static byte[] bytes(AgentMessage message) {
    byte[] bytes = new byte[message.payload().remaining()];
    message.payload().get(bytes);
    return bytes;
  }

  @Test
  void clientThatDoesNotReadHoldsItsAgentBackAndNobodyElse() throws Exception {
    SessionId slow = server.startSession();
    SessionId other = server.startSession();
    int count = 1500;
    AtomicLong sent = new AtomicLong();
    try (RawWebSocket agent = raw(AGENT, slow);
        RawWebSocket client = raw(CLIENT, slow);
        Peer otherAgent = server.agent(other);
        Peer otherClient = server.client(other)) {
      server.awaitStatus(slow, Status.Connected);
      Thread flood =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  agent.frameUnchecked(0x82, stream(AGENT, i));
                  sent.incrementAndGet();
                }
              });
      long stoppedAt = awaitStandstill(sent);
      assertTrue(stoppedAt < count, "47 MB went somewhere");

      for (int i = 0; i < 50; i++) {
        otherAgent.stream(AGENT, i, "unharmed " + i);
        assertEquals("unharmed " + i, Peer.text(otherClient.receiveStream()));
      }

      consume(client, AGENT, 0, count);
      flood.join();
    }
  }

  private static long awaitStandstill(AtomicLong counter) {
    long[] last = {-1};
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(700))
        .until(() -> {
          boolean still = counter.get() > 0 && counter.get() == last[0];
          last[0] = counter.get();
          return still;
        });
    return counter.get();
  }

  @Test
  void bothSidesFloodingEachOtherGetThrough() throws Exception {
    SessionId id = server.startSession();
    int count = 400;
    try (RawWebSocket agent = raw(AGENT, id);
        RawWebSocket client = raw(CLIENT, id)) {
      server.awaitStatus(id, Status.Connected);
      Thread fromAgent = flood(agent, AGENT, count);
      Thread fromClient = flood(client, CLIENT, count);
      Thread toAgent =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  consume(agent, CLIENT, 0, count);
                } catch (Exception failed) {
                  throw new IllegalStateException(failed);
                }
              });

      consume(client, AGENT, 0, count);

      fromAgent.join();
      fromClient.join();
      toAgent.join();
      assertEquals(0, server.gateway().counts().refusedMessages.sum());
    }
  }

  private static Thread flood(RawWebSocket socket, Side side, int count) {
    return Thread.ofVirtual()
        .start(() -> {
          for (int i = 0; i < count; i++) {
            byte[] message = stream(side, i);
            synchronized (socket) {
              socket.frameUnchecked(0x82, message);
            }
          }
        });
  }

  @Test
  void transferSurvivesClientsThatComeAndGo() throws Exception {
    SessionId id = server.startSession();
    int count = 600;
    try (RawWebSocket agent = raw(AGENT, id)) {
      Thread flood = flood(agent, AGENT, count);
      for (int part = 0; part < 6; part++) {
        try (RawWebSocket client = raw(CLIENT, id)) {
          consume(client, AGENT, part * 100L, part * 100L + 100);
        }
      }
      flood.join();
    }
  }

  @Test
  void garbageOfEveryKindLeavesOthersAlone() throws Exception {
    SessionId good = server.startSession();
    SessionId bad = server.startSession();
    Random random = new Random(5);
    try (Peer agent = server.agent(good);
        Peer client = server.client(good);
        Peer badAgent = server.agent(bad)) {
      for (int round = 0; round < 20; round++) {
        byte[] garbage = new byte[random.nextInt(400)];
        random.nextBytes(garbage);
        if (garbage.length >= 4 && random.nextBoolean()) {
          ByteBuffer.wrap(garbage).putInt(0, 116);
        }
        try (Peer liar = server.client(bad)) {
          liar.sendBytes(garbage);
          liar.sendText("{".repeat(1000));
          liar.stream(CLIENT, Long.MAX_VALUE - round, "forged");
        } catch (Exception closedMeanwhile) {
          assertTrue(server.gateway().sessionCount() == 2);
        }
        agent.stream(AGENT, round, "fine " + round);
        assertEquals("fine " + round, Peer.text(client.receiveStream()));
      }
      assertTrue(badAgent.isOpen());
      assertTrue(control.isOpen());
    }
  }

  @Test
  void storeThatFailsDoesNotStopBytes() throws Exception {
    SessionId id = server.startSession();
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      server.store().close();

      agent.stream(AGENT, 0, "output");
      assertEquals("output", Peer.text(client.receiveStream()));
      client.stream(CLIENT, 0, "input");
      assertEquals(MessageType.ACKNOWLEDGE, agent.receive().messageType());
      assertEquals("input", Peer.text(agent.receiveStream()));
    }
  }
}
