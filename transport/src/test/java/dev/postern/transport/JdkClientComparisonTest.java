package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes of a server mean the same to the JDK's WebSocket client and to ours. */
@Timeout(60)
final class JdkClientComparisonTest {
  private static final String FAILED = "failed";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "820161 88020fa0",
        "020161 8900 000162 8a00 800163 8800",
        "8200 820101 0200 0000 8000 880603e8666f6f21",
        "820161 c20161",
        "820161 8281000000000061",
        "820161 830161",
        "820161 800161",
        "020161 820161",
        "820161 0900",
        "820161 897e007e",
        "820161 880103",
        "820161 880203ed",
        "820161 880303e8ff",
      })
  void sameBytesMeanTheSame(String frames) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(frames.replace(" ", ""));
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          peer.upgrade();
          peer.write(bytes);
          peer.socket().shutdownOutput();
          peer.awaitEnd();
        })) {
      assertThat(receivedByUs(server)).isEqualTo(receivedByTheJdk(server));
    }
  }

  /** Of an end without a close frame the JDK's client does not always tell. */
  @ParameterizedTest
  @CsvSource({
    "827e010041414141414141414141414141414141, ''",
    "820261, ''",
    "82, ''",
    "820161, 61",
    "820161820162, 61 62"
  })
  void endWithoutACloseFrameIsAFailure(String frames, String received) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(frames);
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          peer.upgrade();
          peer.write(bytes);
          peer.socket().shutdownOutput();
          peer.awaitEnd();
        })) {
      assertThat(String.join(" ", receivedByUs(server))).isEqualTo((received + " failed").strip());
    }
  }

  private static List<String> receivedByUs(ScriptedServer server) throws IOException {
    List<String> events = new ArrayList<>();
    try (WebSocket socket =
        WebSocketClient.connect(
            server.uri("ws"),
            Map.of(),
            Trust.system(),
            ProxySettings.DIRECT,
            WebSocketLimits.AGENT)) {
      for (ByteBuffer m = socket.receive(); m != null; m = socket.receive()) {
        byte[] bytes = new byte[m.remaining()];
        m.get(bytes);
        events.add(HexFormat.of().formatHex(bytes));
      }
      events.add(String.valueOf(socket.peerClose()));
    } catch (IOException e) {
      events.add(FAILED);
    }
    return events;
  }

  private static List<String> receivedByTheJdk(ScriptedServer server) throws Exception {
    Recorder recorder = new Recorder();
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
      java.net.http.WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(server.uri("ws"), recorder)
              .get(20, TimeUnit.SECONDS);
      try {
        recorder.over.get(20, TimeUnit.SECONDS);
      } finally {
        socket.abort();
      }
    }
    return recorder.events;
  }

  private static final class Recorder implements java.net.http.WebSocket.Listener {
    private final List<String> events = new ArrayList<>();
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    @Override
    public CompletionStage<?> onBinary(
        java.net.http.WebSocket socket, ByteBuffer part, boolean last) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      message.writeBytes(bytes);
      if (last) {
        events.add(HexFormat.of().formatHex(message.toByteArray()));
        message.reset();
      }
      socket.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(java.net.http.WebSocket socket, int code, String reason) {
      // Our client reports the end without a close frame as a failure; the JDK gives it code 1006.
      events.add(code == 1006 ? FAILED : new WebSocket.PeerClose(code, reason).toString());
      over.complete(true);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(java.net.http.WebSocket socket, Throwable error) {
      events.add(FAILED);
      over.complete(true);
    }
  }
}
