package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.smux.Frame;
import dev.postern.wire.smux.FrameDecoder;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SmuxSessionTest {
  /** What one end sends, frame by frame. */
  private static final class Sent implements SmuxSession.Carrier {
    final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    final List<Frame> ahead = new CopyOnWriteArrayList<>();

    @Override
    public void send(ByteBuffer bytes) {
      frames.addAll(decode(bytes));
    }

    @Override
    public void sendAhead(ByteBuffer bytes) {
      List<Frame> decoded = decode(bytes);
      ahead.addAll(decoded);
      frames.addAll(decoded);
    }

    private static List<Frame> decode(ByteBuffer bytes) {
      FrameDecoder decoder = new FrameDecoder(SmuxRules.OWN);
      decoder.feed(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
      List<Frame> decoded = new ArrayList<>();
      try {
        for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
          decoded.add(frame);
        }
      } catch (MalformedMessageException wrong) {
        throw new AssertionError(wrong);
      }
      return decoded;
    }

    @Nullable Frame next() throws InterruptedException {
      return frames.poll(10, TimeUnit.SECONDS);
    }
  }

  private static ByteBuffer text(String text) {
    return StandardCharsets.US_ASCII.encode(text);
  }

  private static void write(SmuxStream stream, String text)
      throws IOException, InterruptedException {
    send(stream, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void send(SmuxStream stream, byte[] bytes)
      throws IOException, InterruptedException {
    PayloadBuffer data = SmuxStream.newFrame();
    data.space().put(bytes);
    stream.send(data);
  }

  private static String read(SmuxStream stream) throws Exception {
    ByteBuffer bytes = stream.read();
    return bytes == null ? "END" : StandardCharsets.US_ASCII.decode(bytes).toString();
  }

  @Test
  void clientNumbersItsStreamsThreeFiveSeven() throws Exception {
    Sent sent = new Sent();
    try (SmuxSession session = SmuxSession.client(sent, SmuxRules.OFFICIAL)) {
      List<SmuxStream> streams = List.of(session.open(), session.open(), session.open());
      write(streams.get(1), "x");

      assertThat(sent.frames)
          .containsExactly(
              new Frame.Open(3),
              new Frame.Open(5),
              new Frame.Open(7),
              new Frame.Push(5, text("x")));
    }
  }

  @Test
  void whatIsShortGoesAhead() throws Exception {
    Sent sent = new Sent();
    try (SmuxSession session = SmuxSession.client(sent, SmuxRules.OWN)) {
      SmuxStream stream = session.open();
      write(stream, "x".repeat(SmuxSession.SHORT_FRAME_BYTES_MAX));
      write(stream, "key");
      stream.finish();

      assertThat(sent.frames).hasSize(4);
      assertThat(sent.ahead)
          .containsExactly(new Frame.Open(3), new Frame.Push(3, text("key")), new Frame.Finish(3));
    }
  }

  @Test
  void finishedDirectionLeavesTheOtherOpen() throws Exception {
    try (SmuxPair pair = new SmuxPair(SmuxRules.OWN)) {
      SmuxStream client = pair.client.open();
      write(client, "question");
      client.finish();
      SmuxStream server = pair.accepted.take();

      assertThat(read(server)).isEqualTo("question");
      assertThat(read(server)).isEqualTo("END");
      write(server, "answer");
      server.finish();

      assertThat(read(client)).isEqualTo("answer");
      assertThat(read(client)).isEqualTo("END");
      assertThat(pair.client.streamCount()).isZero();
      assertThat(pair.server.streamCount()).isZero();
    }
  }

  @Test
  void resetEndsBothDirectionsAtThePeer() throws Exception {
    try (SmuxPair pair = new SmuxPair(SmuxRules.OWN)) {
      SmuxStream client = pair.client.open();
      SmuxStream server = pair.accepted.take();

      client.reset();

      assertThatThrownBy(server::read).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> write(server, "late")).isInstanceOf(IOException.class);
      assertThat(pair.server.streamCount()).isZero();
    }
  }

  @Test
  void officialPeerHearsAFinishInsteadOfAReset() throws Exception {
    Sent sent = new Sent();
    try (SmuxSession session = SmuxSession.client(sent, SmuxRules.OFFICIAL)) {
      SmuxStream stream = session.open();

      stream.reset();
      stream.reset();

      assertThat(sent.frames).containsExactly(new Frame.Open(3), new Frame.Finish(3));
    }
  }

  @Test
  void whatAnOfficialPeerNoLongerReadsIsNotSent() throws Exception {
    Sent sent = new Sent();
    try (SmuxSession session = SmuxSession.client(sent, SmuxRules.OFFICIAL)) {
      SmuxStream stream = session.open();
      session.receive(SmuxPair.bytes(new Frame.Finish(3)));

      write(stream, "late");
      stream.finish();

      assertThat(sent.frames).containsExactly(new Frame.Open(3), new Frame.Finish(3));
    }
  }

  @Test
  void unknownStreamsAndRepeatedOpensChangeNothing() throws Exception {
    List<SmuxStream> opened = new ArrayList<>();
    Sent sent = new Sent();
    try (SmuxSession session = SmuxSession.server(sent, SmuxRules.OWN, opened::add)) {
      session.receive(SmuxPair.bytes(new Frame.Push(9, text("lost"))));
      session.receive(SmuxPair.bytes(new Frame.Finish(9)));
      session.receive(SmuxPair.bytes(new Frame.Reset(9)));
      session.receive(SmuxPair.bytes(new Frame.Nop()));
      session.receive(SmuxPair.bytes(new Frame.Open(3)));
      session.receive(SmuxPair.bytes(new Frame.Push(3, text("kept"))));
      session.receive(SmuxPair.bytes(new Frame.Open(3)));

      assertThat(opened).hasSize(1);
      assertThat(read(opened.getFirst())).isEqualTo("kept");
    }
  }

  @Test
  void agentThatOpensAStreamIsNoAgent() {
    SmuxSession session = SmuxSession.client(new Sent(), SmuxRules.OWN);

    assertThatThrownBy(() -> session.receive(SmuxPair.bytes(new Frame.Open(2))))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void streamBeyondTheLimitIsRefusedAndTheOthersLive() throws Exception {
    Sent sent = new Sent();
    List<SmuxStream> opened = new ArrayList<>();
    try (SmuxSession session = SmuxSession.server(sent, SmuxRules.OWN, opened::add)) {
      for (int i = 0; i < SmuxSession.STREAMS_MAX; i++) {
        session.receive(SmuxPair.bytes(new Frame.Open(3 + 2 * i)));
      }
      int beyond = 3 + 2 * SmuxSession.STREAMS_MAX;

      session.receive(SmuxPair.bytes(new Frame.Open(beyond)));

      assertThat(sent.next()).isEqualTo(new Frame.Reset(beyond));
      assertThat(opened).hasSize(SmuxSession.STREAMS_MAX);
      write(opened.getFirst(), "alive");
      assertThat(sent.next()).isEqualTo(new Frame.Push(3, text("alive")));
    }
  }

  @Test
  void clientOpensNoMoreThanThePeerTakes() throws Exception {
    try (SmuxSession session = SmuxSession.client(new Sent(), SmuxRules.OWN)) {
      for (int i = 0; i < SmuxSession.STREAMS_MAX; i++) {
        var _ = session.open();
      }

      assertThatThrownBy(session::open).hasMessageContaining("1024");
    }
  }

  @Test
  void fullSessionWaitsUntilSomethingIsReadAndAClosedStreamMakesRoom() throws Exception {
    List<SmuxStream> opened = new ArrayList<>();
    try (SmuxSession session = SmuxSession.server(new Sent(), SmuxRules.OFFICIAL, opened::add)) {
      session.receive(SmuxPair.bytes(new Frame.Open(3)));
      session.receive(SmuxPair.bytes(new Frame.Open(5)));
      for (int i = 0; i < SmuxSession.UNREAD_BYTES_MAX / Frame.DATA_BYTES_MAX; i++) {
        session.receive(
            SmuxPair.bytes(new Frame.Push(3, ByteBuffer.allocate(Frame.DATA_BYTES_MAX))));
      }
      CompletableFuture<Void> more =
          CompletableFuture.runAsync(() -> push(session, new Frame.Push(5, text("waits"))));
      assertThatThrownBy(() -> more.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);

      opened.getFirst().reset();

      assertThat(more).succeedsWithin(Duration.ofSeconds(10));
      assertThat(read(opened.get(1))).isEqualTo("waits");
    }
  }

  private static void push(SmuxSession session, Frame frame) {
    try {
      session.receive(SmuxPair.bytes(frame));
    } catch (MalformedMessageException | InterruptedException wrong) {
      throw new AssertionError(wrong);
    }
  }

  @Test
  void streamThatNobodyReadsHoldsUpItsSenderAlone() throws Exception {
    try (SmuxPair pair = new SmuxPair(SmuxRules.OWN)) {
      SmuxStream idle = pair.client.open();
      SmuxStream busy = pair.client.open();
      SmuxStream idleEnd = pair.accepted.take();
      SmuxStream busyEnd = pair.accepted.take();
      int total = 4 * SmuxSession.UNREAD_BYTES_MAX;
      CompletableFuture<Void> stuck = CompletableFuture.runAsync(() -> writeAll(idle, total));
      CompletableFuture<Void> moving = CompletableFuture.runAsync(() -> writeAll(busy, total));

      readAll(busyEnd, total);

      assertThat(moving).succeedsWithin(Duration.ofSeconds(10));
      assertThat(stuck.isDone()).isFalse();
      readAll(idleEnd, total);
      assertThat(stuck).succeedsWithin(Duration.ofSeconds(10));
    }
  }

  private static void writeAll(SmuxStream stream, int count) {
    try {
      for (int sent = 0; sent < count; sent += Frame.DATA_BYTES_MAX / 2) {
        send(stream, new byte[Frame.DATA_BYTES_MAX / 2]);
      }
    } catch (IOException | InterruptedException wrong) {
      throw new AssertionError(wrong);
    }
  }

  private static void readAll(SmuxStream stream, int count) throws Exception {
    for (int left = count; left > 0; ) {
      ByteBuffer bytes = stream.read();
      assertThat(bytes).isNotNull();
      left -= bytes.remaining();
    }
  }

  @Test
  void dataBeyondTheWindowIsAgainstTheRules() throws Exception {
    List<SmuxStream> opened = new ArrayList<>();
    try (SmuxSession session = SmuxSession.server(new Sent(), SmuxRules.OWN, opened::add)) {
      session.receive(SmuxPair.bytes(new Frame.Open(3)));
      Frame longest = new Frame.Push(3, ByteBuffer.allocate(Frame.DATA_BYTES_MAX));
      for (int sent = 0; sent < Frame.INITIAL_WINDOW_BYTES; sent += Frame.DATA_BYTES_MAX) {
        session.receive(SmuxPair.bytes(longest));
      }
      // The sender may have begun this one before the window was used up.
      session.receive(SmuxPair.bytes(longest));

      assertThatThrownBy(() -> session.receive(SmuxPair.bytes(longest)))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void windowIsSmallerBesideAQuietStreamSoThatThatOneNeedNotWaitBehindIt() throws Exception {
    List<SmuxStream> opened = new ArrayList<>();
    try (SmuxSession session = SmuxSession.server(new Sent(), SmuxRules.OWN, opened::add)) {
      session.receive(SmuxPair.bytes(new Frame.Open(3)));
      SmuxStream bulk = opened.getFirst();
      pass(session, bulk);
      assertThat(bulk.windowBytes()).isEqualTo(SmuxSession.STREAM_WINDOW_BYTES_MAX);

      session.receive(SmuxPair.bytes(new Frame.Open(5)));
      pass(session, bulk);
      assertThat(bulk.windowBytes()).isEqualTo(SmuxSession.SHARED_WINDOW_BYTES_MAX);
      int ahead = 0;
      Frame longest = new Frame.Push(3, ByteBuffer.allocate(Frame.DATA_BYTES_MAX));
      try {
        while (ahead <= SmuxSession.STREAM_WINDOW_BYTES_MAX) {
          session.receive(SmuxPair.bytes(longest));
          ahead += Frame.DATA_BYTES_MAX;
        }
      } catch (MalformedMessageException beyondTheWindow) {
        // The peer was granted no more than that.
      }
      assertThat(ahead)
          .isLessThanOrEqualTo(SmuxSession.SHARED_WINDOW_BYTES_MAX + 2 * Frame.DATA_BYTES_MAX);
      readAll(bulk, ahead);

      opened.get(1).reset();
      pass(session, bulk);
      assertThat(bulk.windowBytes()).isEqualTo(SmuxSession.STREAM_WINDOW_BYTES_MAX);
    }
  }

  @Test
  void streamsThatAllCarryMuchHaveLargeWindows() throws Exception {
    List<SmuxStream> opened = new ArrayList<>();
    try (SmuxSession session = SmuxSession.server(new Sent(), SmuxRules.OWN, opened::add)) {
      session.receive(SmuxPair.bytes(new Frame.Open(3)));
      session.receive(SmuxPair.bytes(new Frame.Open(5)));
      pass(session, opened.get(0));
      assertThat(opened.get(0).windowBytes()).isEqualTo(SmuxSession.SHARED_WINDOW_BYTES_MAX);

      pass(session, opened.get(1));
      pass(session, opened.get(0));
      assertThat(opened)
          .extracting(SmuxStream::windowBytes)
          .containsOnly(SmuxSession.STREAM_WINDOW_BYTES_MAX);
    }
  }

  /** Much data of the peer, each frame read before the next one comes. */
  private static void pass(SmuxSession session, SmuxStream stream) throws Exception {
    int length = Frame.INITIAL_WINDOW_BYTES / 2;
    for (int sent = 0; sent < 8 * SmuxSession.STREAM_WINDOW_BYTES_MAX; sent += length) {
      session.receive(SmuxPair.bytes(new Frame.Push(stream.id(), ByteBuffer.allocate(length))));
      readAll(stream, length);
    }
  }

  @Test
  void resetWakesWhoeverWaitsForAWindow() throws Exception {
    try (SmuxPair pair = new SmuxPair(SmuxRules.OWN)) {
      SmuxStream stream = pair.client.open();
      CompletableFuture<String> writer =
          CompletableFuture.supplyAsync(() -> {
            try {
              while (true) {
                write(stream, "0123456789");
              }
            } catch (IOException | InterruptedException ended) {
              return String.valueOf(ended.getMessage());
            }
          });

      pair.accepted.take().reset();

      assertThat(writer).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("the stream was reset");
    }
  }

  @Test
  void closedSessionWakesWhoeverReads() throws Exception {
    SmuxSession session = SmuxSession.client(new Sent(), SmuxRules.OWN);
    SmuxStream stream = session.open();
    CompletableFuture<String> reader =
        CompletableFuture.supplyAsync(() -> {
          try {
            return read(stream);
          } catch (Exception ended) {
            return String.valueOf(ended.getMessage());
          }
        });

    session.close();

    assertThat(reader).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("the stream was reset");
    assertThatThrownBy(session::open).isInstanceOf(IOException.class);
  }

  @Test
  void signsOfLifeAreSentWhereTheyAreWanted() throws Exception {
    Sent sent = new Sent();
    try (SmuxSession session = SmuxSession.client(sent, SmuxRules.OFFICIAL)) {
      session.keepAlive(Duration.ofMillis(1));

      assertThat(sent.next()).isEqualTo(new Frame.Nop());
      assertThat(sent.next()).isEqualTo(new Frame.Nop());
    }
  }
}
