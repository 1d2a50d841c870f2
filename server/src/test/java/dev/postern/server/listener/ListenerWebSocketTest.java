package dev.postern.server.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class ListenerWebSocketTest {
  private final BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
  private final EventLoops loops = new EventLoops(2);
  private TestListener server;

  @BeforeEach
  void start() throws Exception {
    server =
        new TestListener(
            new HttpHandler() {
              @Override
              public HttpAnswer answer(HttpCall call) {
                return new HttpAnswer(200, java.util.List.of(), new byte[0]);
              }

              @Override
              public Upgrade upgrade(HttpCall call) {
                return call.target().startsWith("/refused")
                    ? new Upgrade.Refused(new HttpAnswer(403, java.util.List.of(), new byte[0]))
                    : new Upgrade.Accepted(new Recorder());
              }
            },
            loops);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Echoes binary messages and keeps what else happens. */
  private final class Recorder implements WebSocketHandler {
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<Closing> closings = new LinkedBlockingQueue<>();
    private volatile @Nullable WebSocketPeer peer;
    private volatile @Nullable Loop readOn;

    WebSocketPeer peer() {
      return Objects.requireNonNull(peer);
    }

    @Override
    public void onOpen(WebSocketPeer peer) {
      this.peer = peer;
      opened.add(this);
    }

    @Override
    public void onText(String text) {
      if (text.equals("throw")) {
        throw new IllegalStateException("on purpose");
      }
      texts.add(text);
    }

    @Override
    public void onBinary(WebSocketMessage message) {
      readOn = peer().loop().isCurrent() ? peer().loop() : null;
      peer().send(message.retain());
      message.release();
      peer().flush();
    }

    @Override
    public void onWritable() {
      texts.add("writable");
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onClose(Closing closing) {
      closings.add(closing);
    }
  }

  private Recorder recorder() throws InterruptedException {
    return Objects.requireNonNull(opened.poll(20, TimeUnit.SECONDS));
  }

  private RawWebSocket open() throws IOException {
    return RawWebSocket.open(server, "/echo");
  }

  private static WebSocketHandler.Closing closing(Recorder recorder) throws InterruptedException {
    return Objects.requireNonNull(recorder.closings.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void jdkClientEchoesThroughUs() throws Exception {
    try (JdkWebSocket socket = JdkWebSocket.open(server, "/echo")) {
      byte[] big = new byte[1024 * 1024];
      new Random(3).nextBytes(big);

      socket.send(new byte[] {1, 2, 3});
      socket.send(big);

      assertArrayEquals(new byte[] {1, 2, 3}, socket.receive());
      assertArrayEquals(big, socket.receive());
    }
  }

  @Test
  void messagesKeepTheirOrderAndBytes() throws Exception {
    try (RawWebSocket socket = open()) {
      int count = 5000;
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  socket.frameUnchecked(0x82, numbered(i));
                }
              });
      for (int i = 0; i < count; i++) {
        assertArrayEquals(numbered(i), socket.read().payload());
      }
      writer.join();
    }
  }

  private static byte[] numbered(int i) {
    byte[] bytes = new byte[4 + (i * 37) % 3000];
    Arrays.fill(bytes, (byte) i);
    bytes[0] = (byte) (i >> 24);
    bytes[1] = (byte) (i >> 16);
    bytes[2] = (byte) (i >> 8);
    bytes[3] = (byte) i;
    return bytes;
  }

  @Test
  void fragmentsAreJoinedAndPingsBetweenThemAnswered() throws Exception {
    try (RawWebSocket socket = open()) {
      byte[] whole = new byte[200_000];
      new Random(5).nextBytes(whole);
      for (int from = 0; from < whole.length; from += 4096) {
        int to = Math.min(whole.length, from + 4096);
        int fin = to == whole.length ? 0x80 : 0;
        socket.frame(fin | (from == 0 ? 0x02 : 0x00), Arrays.copyOfRange(whole, from, to));
        if (from == 4096) {
          socket.frame(0x89, "keepalive".getBytes(StandardCharsets.US_ASCII));
        }
      }

      RawWebSocket.Frame pong = socket.read();
      assertEquals(0x8a, pong.head());
      assertEquals("keepalive", new String(pong.payload(), StandardCharsets.US_ASCII));
      assertArrayEquals(whole, socket.read().payload());
    }
  }

  @Test
  void textIsJoinedFromFragmentsInsideACharacter() throws Exception {
    try (RawWebSocket socket = open()) {
      byte[] text = "grüße".getBytes(StandardCharsets.UTF_8);
      socket.frame(0x01, Arrays.copyOf(text, 3));
      socket.frame(0x80, Arrays.copyOfRange(text, 3, text.length));

      assertEquals("grüße", recorder().texts.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void brokenFramingClosesWithItsCode() throws Exception {
    assertEquals(1002, closeCodeAfter(socket -> socket.unmasked(0x82, new byte[] {1})));
    assertEquals(1002, closeCodeAfter(socket -> socket.frame(0xc2, new byte[] {1})));
    assertEquals(1002, closeCodeAfter(socket -> socket.frame(0x83, new byte[] {1})));
    assertEquals(1002, closeCodeAfter(socket -> socket.frame(0x80, new byte[] {1})));
    assertEquals(1002, closeCodeAfter(socket -> socket.frame(0x09, new byte[] {1})));
    assertEquals(1002, closeCodeAfter(socket -> socket.frame(0x89, new byte[126])));
    assertEquals(1002, closeCodeAfter(socket -> socket.frame(0x88, new byte[] {3})));
    assertEquals(1007, closeCodeAfter(socket -> socket.frame(0x81, new byte[] {(byte) 0xff})));
    assertEquals(1009, closeCodeAfter(socket -> socket.frame(0x81, new byte[65_537])));
    assertEquals(1009, closeCodeAfter(socket -> socket.header(0x82, 1024 * 1024 + 1)));
    assertEquals(1009, closeCodeAfter(socket -> socket.header(0x82, Long.MAX_VALUE)));
    assertEquals(
        1011,
        closeCodeAfter(socket -> socket.frame(0x81, "throw".getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void oversizedFragmentsCloseWith1009() throws Exception {
    int code =
        closeCodeAfter(socket -> {
          socket.frame(0x02, new byte[1024 * 1024]);
          socket.frame(0x80, new byte[1]);
        });
    int ofEmpty =
        closeCodeAfter(socket -> {
          socket.frame(0x02, new byte[0]);
          for (int i = 0; i <= Limits.FRAGMENTS_MAX; i++) {
            socket.frame(0x00, new byte[0]);
          }
        });

    assertEquals(1009, code);
    assertEquals(1009, ofEmpty);
  }

  /** What a test does with a socket. */
  private interface Step {
    void on(RawWebSocket socket) throws IOException;
  }

  private int closeCodeAfter(Step step) throws Exception {
    try (RawWebSocket socket = open()) {
      Recorder recorder = recorder();
      step.on(socket);
      int code = socket.readCloseCode();
      socket.frame(0x88, new byte[0]);
      assertInstanceOf(WebSocketHandler.Closing.Lost.class, closing(recorder));
      return code;
    }
  }

  @Test
  void closeFrameIsAnsweredAndTold() throws Exception {
    try (RawWebSocket socket = open()) {
      socket.frame(0x88, new byte[] {0x0b, (byte) 0xb8});

      assertEquals(3000, socket.readCloseCode());
      assertEquals(new WebSocketHandler.Closing.ByPeer(3000), closing(recorder()));
    }
  }

  @Test
  void lostPeerIsToldOnce() throws Exception {
    Recorder recorder;
    try (RawWebSocket socket = open()) {
      recorder = recorder();
      assertEquals(socket.localPort(), recorder.peer().remote().getPort());
    }

    assertInstanceOf(WebSocketHandler.Closing.class, closing(recorder));
    assertEquals(0, recorder.closings.size());
  }

  @Test
  void ourCloseReachesAPeerThatStillSends() throws Exception {
    try (RawWebSocket socket = open()) {
      Recorder recorder = recorder();
      // On the loop, and waited for: what a socket brings may run before what another thread asked.
      recorder
          .peer()
          .execute(() -> {
            recorder.peer().send(java.nio.ByteBuffer.wrap(new byte[] {9}));
            recorder.peer().close(1000, "bye");
            recorder.texts.add("closing");
          });
      assertEquals("closing", recorder.texts.poll(20, TimeUnit.SECONDS));
      for (int i = 0; i < 100; i++) {
        socket.frameUnchecked(0x82, new byte[1000]);
      }

      assertArrayEquals(new byte[] {9}, socket.read().payload());
      assertEquals(1000, socket.readCloseCode());
      assertEquals(new WebSocketHandler.Closing.ByUs(), closing(recorder));
    }
  }

  @Test
  void readingOffHoldsThePeerBackAndOnContinues() throws Exception {
    try (RawWebSocket socket = open()) {
      Recorder recorder = recorder();
      recorder.peer().reading(false);
      recorder.peer().execute(() -> recorder.texts.add("off"));
      assertEquals("off", recorder.texts.poll(20, TimeUnit.SECONDS));

      socket.frame(0x82, new byte[] {7});
      assertEquals(Duration.ZERO, recorder.peer().silence());
      recorder.peer().reading(true);

      assertArrayEquals(new byte[] {7}, socket.read().payload());
    }
  }

  @Test
  void movedConnectionLivesOnItsNewLoop() throws Exception {
    try (RawWebSocket socket = open()) {
      Recorder recorder = recorder();
      Loop target = otherLoop(recorder.peer().loop());
      recorder
          .peer()
          .execute(() -> {
            recorder.peer().reading(false);
            recorder
                .peer()
                .moveTo(
                    target,
                    () -> {
                      recorder.texts.add("moved " + target.isCurrent());
                      recorder.peer().reading(true);
                    });
          });
      byte[] big = new byte[1024 * 1024];
      new Random(9).nextBytes(big);
      socket.frame(0x82, new byte[] {7});
      Thread writer = Thread.ofVirtual().start(() -> socket.frameUnchecked(0x82, big));

      assertEquals("moved true", recorder.texts.poll(20, TimeUnit.SECONDS));
      assertArrayEquals(new byte[] {7}, socket.read().payload());
      assertArrayEquals(big, socket.read().payload());
      writer.join();
      assertEquals(target, recorder.peer().loop());
      assertEquals(target, recorder.readOn);
    }
  }

  @Test
  void connectionClosedOnItsWayToAnotherLoopIsToldOnce() throws Exception {
    try (RawWebSocket socket = open()) {
      Recorder recorder = recorder();
      Loop from = recorder.peer().loop();
      Loop target = otherLoop(from);
      recorder
          .peer()
          .execute(() -> {
            recorder.peer().reading(false);
            recorder.peer().moveTo(target, () -> recorder.texts.add("moved"));
            recorder.peer().abort();
          });

      assertThrows(IOException.class, socket::read);
      assertEquals(new WebSocketHandler.Closing.ByUs(), closing(recorder));
      awaitTurn(from);
      awaitTurn(target);
      assertEquals(0, recorder.texts.size());
      assertEquals(0, recorder.closings.size());
    }
  }

  private Loop otherLoop(Loop loop) {
    Loop next = loops.next();
    return next.equals(loop) ? loops.next() : next;
  }

  /** Until the loop has done what waits there now. */
  private static void awaitTurn(Loop loop) throws InterruptedException {
    CountDownLatch turn = new CountDownLatch(1);
    loop.execute(turn::countDown);
    assertTrue(turn.await(20, TimeUnit.SECONDS));
  }

  @Test
  void peerThatDoesNotReadMakesUsUnwritableUntilItReads() throws Exception {
    try (RawWebSocket socket = open()) {
      Recorder recorder = recorder();
      int sent = 0;
      while (recorder.peer().isWritable()) {
        recorder.peer().send(java.nio.ByteBuffer.wrap(new byte[64 * 1024]));
        recorder.peer().flush();
        sent++;
      }
      for (int i = 0; i < sent; i++) {
        assertEquals(64 * 1024, socket.read().payload().length);
      }

      assertEquals("writable", recorder.texts.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void silenceGrowsUntilThePeerAnswersAPing() throws Exception {
    try (JdkWebSocket socket = JdkWebSocket.open(server, "/echo")) {
      Recorder recorder = recorder();
      Awaitility.await().until(() -> recorder.peer().silence().toMillis() > 1000);

      Awaitility.await()
          .until(() -> {
            recorder.peer().ping();
            return recorder.peer().silence().toMillis() < 1000;
          });
      assertTrue(socket.isOpen());
    }
  }

  @Test
  void faultyUpgradesAreRefused() throws Exception {
    String good =
        RawWebSocket.request(
            "GET /echo HTTP/1.1",
            "Host: h",
            "Upgrade: websocket",
            "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");

    assertEquals("101", RawWebSocket.status(server, good));
    assertEquals("426", RawWebSocket.status(server, good.replace("Version: 13", "Version: 8")));
    assertEquals("400", RawWebSocket.status(server, good.replace("dGhl", "dG")));
    assertEquals("400", RawWebSocket.status(server, good.replace("GET", "POST")));
    assertEquals("403", RawWebSocket.status(server, good.replace("/echo", "/refused")));
    assertEquals(
        "200", RawWebSocket.status(server, good.replace("Upgrade: websocket", "Upgrade: h2c")));
  }

  @Test
  void acceptKeyIsTheOneOfTheRfc() {
    assertEquals(
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketUpgrade.acceptKey("dGhlIHNhbXBsZSBub25jZQ=="));
  }

  @Test
  void neitherSubProtocolNorExtensionIsTakenUp() throws Exception {
    String head =
        RawWebSocket.head(
            server,
            RawWebSocket.request(
                "GET /echo HTTP/1.1",
                "Host: h",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: a, b",
                "Sec-WebSocket-Extensions: permessage-deflate"));

    assertTrue(head.startsWith("HTTP/1.1 101 "), head);
    assertTrue(!head.toLowerCase(java.util.Locale.ROOT).contains("extensions"), head);
    assertTrue(!head.toLowerCase(java.util.Locale.ROOT).contains("protocol:"), head);
  }
}
