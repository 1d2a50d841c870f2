package dev.postern.server.peer;

import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The client's end of a session as the official plugin behaves (spec/data-channel.md 2.3, 5.2,
 * 7.7): a ping before its token, no acknowledgement of duplicates, one HandshakeResponse; and
 * deafness for good when anything reaches it while it sets up a port right after HandshakeComplete.
 */
public final class OfficialPlugin extends OfficialEnd {
  /** Longer than its set-up takes, shorter than the pause that a service owes it. */
  private static final Duration SET_UP = Duration.ofMillis(40);

  private static final int WAIT_SECONDS = 20;

  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final CountDownLatch ready = new CountDownLatch(1);
  private volatile boolean deaf;
  private boolean port;
  private boolean settingUp;
  private long setUpNanos;

  /** Over a connection that just opened; nothing was sent yet. */
  public OfficialPlugin(Peer peer, String token) throws Exception {
    super(Side.CLIENT);
    open(peer, token);
  }

  private void open(Peer peer, String token) throws Exception {
    peer.ping("keepalive");
    connect(peer);
    peer.sendText(
        "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"30f44545-a6f1-4e17-aa1f-397a50cdd941\","
            + "\"TokenValue\":\""
            + token
            + "\",\"ClientId\":\"7d838ba6-43c5-4001-ac8f-052598f16634\","
            + "\"ClientVersion\":\"1.2.677.0\"}");
  }

  /** The same session over another connection to the same address. */
  public void reconnect(Peer peer, String token) throws Exception {
    open(peer, token);
  }

  @Override
  boolean acknowledgesDuplicates() {
    return false;
  }

  @Override
  boolean acknowledgesFirst() {
    return true;
  }

  @Override
  void consume(AgentMessage message) throws Exception {
    switch (message.payloadType()) {
      case PayloadType.HANDSHAKE_REQUEST -> {
        port = new String(bytes(message), StandardCharsets.UTF_8).contains("\"Port\"");
        sendStream(
            PayloadType.HANDSHAKE_RESPONSE,
            ("{\"ClientVersion\":\"1.2.677.0\",\"ProcessedClientActions\":[{\"ActionType\":"
                    + "\"SessionType\",\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"}],"
                    + "\"Errors\":null}")
                .getBytes(StandardCharsets.US_ASCII));
      }
      case PayloadType.HANDSHAKE_COMPLETE -> {
        settingUp = port;
        setUpNanos = System.nanoTime() + SET_UP.toNanos();
        ready.countDown();
      }
      default -> {
        ready.countDown();
        deliver(message);
      }
    }
  }

  @Override
  void control(AgentMessage message) throws Exception {
    switch (message.messageType()) {
      case MessageType.CHANNEL_CLOSED ->
          closed.complete(ChannelClosed.parse(message.payload()).output());
      default -> throw new AssertionError("a client was sent " + message.messageType());
    }
  }

  /** Anything that comes too early ends the reader. */
  @Override
  void onMessage() {
    if (settingUp && System.nanoTime() < setUpNanos) {
      deaf = true;
      throw new AssertionError("the plugin is deaf: a message came while it set up its port");
    }
    settingUp = false;
  }

  private static byte[] bytes(AgentMessage message) {
    byte[] bytes = new byte[message.payload().remaining()];
    message.payload().get(bytes);
    return bytes;
  }

  /** Waits until it may send: the first output came, or the handshake is complete. */
  public void awaitReady() throws InterruptedException {
    if (!ready.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("nothing came from the agent");
    }
  }

  /** Waits for the end and returns what the user is shown. */
  public String awaitClosed() throws Exception {
    return closed.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Whether its reader is gone for good. */
  public boolean isDeaf() {
    return deaf;
  }
}
