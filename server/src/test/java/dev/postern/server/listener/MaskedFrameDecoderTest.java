package dev.postern.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Netty's own encoder and decoder are the counterparts. */
class MaskedFrameDecoderTest {
  private static final int PAYLOAD_MAX = 200_000;

  /** A frame as values. */
  private record Seen(String type, boolean last, String hex) {
    static Seen of(WebSocketFrame frame) {
      return new Seen(
          frame.getClass().getSimpleName(),
          frame.isFinalFragment(),
          ByteBufUtil.hexDump(frame.content()));
    }
  }

  private static EmbeddedChannel ours() {
    return new EmbeddedChannel(new MaskedFrameDecoder(PAYLOAD_MAX));
  }

  private static EmbeddedChannel nettys() {
    return new EmbeddedChannel(
        new WebSocket13FrameDecoder(
            WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(PAYLOAD_MAX)
                .expectMaskedFrames(true)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build()));
  }

  private static List<Seen> takeAll(EmbeddedChannel channel) {
    List<Seen> seen = new ArrayList<>();
    for (WebSocketFrame frame = channel.readInbound();
        frame != null;
        frame = channel.readInbound()) {
      seen.add(Seen.of(frame));
      boolean released = frame.release();
      assertThat(released || frame.content().capacity() == 0).isTrue();
    }
    return seen;
  }

  private static ByteBuf payload(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Unpooled.wrappedBuffer(bytes);
  }

  private static List<WebSocketFrame> frames(Random random) {
    int[] lengths = {0, 1, 7, 8, 125, 126, 127, 65_535, 65_536, PAYLOAD_MAX};
    List<WebSocketFrame> frames = new ArrayList<>();
    for (int length : lengths) {
      frames.add(new BinaryWebSocketFrame(true, 0, payload(random, length)));
    }
    frames.add(new TextWebSocketFrame(false, 0, payload(random, 300)));
    frames.add(new PingWebSocketFrame(payload(random, 125)));
    frames.add(new ContinuationWebSocketFrame(false, 0, payload(random, 0)));
    frames.add(new PongWebSocketFrame(payload(random, 3)));
    frames.add(new ContinuationWebSocketFrame(true, 0, payload(random, 9)));
    frames.add(new CloseWebSocketFrame(1000, "gruß"));
    return frames;
  }

  private static ByteBuf encoded(List<WebSocketFrame> frames) {
    EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
    frames.forEach(encoder::writeOutbound);
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    encoder.finishAndReleaseAll();
    return all;
  }

  @Property(tries = 40)
  void framesAreReadHoweverTheirBytesAreCut(@ForAll long seed) {
    Random random = new Random(seed);
    List<WebSocketFrame> frames = frames(random);
    List<Seen> wanted = frames.stream().map(Seen::of).toList();
    ByteBuf bytes = encoded(frames);
    EmbeddedChannel channel = ours();

    List<Seen> seen = new ArrayList<>();
    while (bytes.isReadable()) {
      int most = random.nextBoolean() ? 5 : 100_000;
      int count = Math.min(bytes.readableBytes(), 1 + random.nextInt(most));
      channel.writeInbound(bytes.readRetainedSlice(count));
      seen.addAll(takeAll(channel));
    }

    assertThat(seen).isEqualTo(wanted);
    assertThat(bytes.release()).isTrue();
    channel.finishAndReleaseAll();
  }

  /** What comes of random bytes: the frames before the first violation, and its close code. */
  private static List<Object> outcome(EmbeddedChannel channel, byte[] bytes) {
    List<Object> outcome = new ArrayList<>();
    @Nullable CorruptedWebSocketFrameException violation = null;
    try {
      channel.writeInbound(Unpooled.copiedBuffer(bytes));
    } catch (CorruptedWebSocketFrameException broken) {
      violation = broken;
    }
    outcome.addAll(takeAll(channel));
    if (violation != null) {
      outcome.add(violation.closeStatus().code());
    }
    channel.finishAndReleaseAll();
    return outcome;
  }

  @Property(tries = 20_000)
  void randomBytesComeToTheSameAsWithNetty(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[14 + random.nextInt(40)];
    random.nextBytes(bytes);
    // Most of what is random stops at the first byte; these go further.
    bytes[0] &= (byte) (random.nextInt(8) == 0 ? 0xFF : 0x8F);
    bytes[1] |= (byte) (random.nextInt(8) == 0 ? 0 : 0x80);
    if (random.nextBoolean()) {
      bytes[1] &= (byte) 0x87;
    }

    List<Object> ours = outcome(ours(), bytes);
    List<Object> nettys = outcome(nettys(), bytes);

    // Of a close with half a code or no text Netty says 1007 and 1002; the RFC has it the other
    // way round.
    boolean close = (bytes[0] & 0x0F) == 0x8 || nettys.size() > 1;
    if (close && ours.size() == nettys.size()) {
      assertThat(ours.subList(0, Math.max(0, ours.size() - 1)))
          .isEqualTo(nettys.subList(0, Math.max(0, nettys.size() - 1)));
    } else {
      assertThat(ours).isEqualTo(nettys);
    }
  }

  @Test
  void announcedLengthCostsNoMemory() {
    EmbeddedChannel channel = ours();
    channel.writeInbound(
        Unpooled.wrappedBuffer(
            new byte[] {(byte) 0x82, (byte) 0xFF, 0, 0, 0, 0, 0, 3, 0, 0, 1, 2, 3, 4, 5}));
    assertThat(channel.inboundMessages()).isEmpty();

    channel.finishAndReleaseAll();
  }

  @Test
  void nothingIsReadAfterAViolation() {
    EmbeddedChannel channel = ours();
    assertThatExceptionOfType(CorruptedWebSocketFrameException.class)
        .isThrownBy(
            () -> channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0x82, 1, 7})));

    channel.writeInbound(encoded(List.of(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER))));

    assertThat(channel.inboundMessages()).isEmpty();
    channel.finishAndReleaseAll();
  }
}
