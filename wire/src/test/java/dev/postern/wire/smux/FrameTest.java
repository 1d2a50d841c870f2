package dev.postern.wire.smux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FrameTest {
  private static final HexFormat HEX = HexFormat.of();

  /** Captured from the library that the official programs use (spec/data-channel.md B). */
  private static final Map<String, Frame> CAPTURED =
      Map.of(
          "0100000003000000", new Frame.Open(3),
          "0102050003000000474554202f", new Frame.Push(3, text("GET /")),
          "0101000003000000", new Frame.Finish(3),
          "0100000005000000", new Frame.Open(5),
          "0103000000000000", new Frame.Nop());

  private static ByteBuffer text(String text) {
    return StandardCharsets.US_ASCII.encode(text);
  }

  @Test
  void framesAreThoseOfTheOfficialLibrary() throws Exception {
    for (Map.Entry<String, Frame> entry : CAPTURED.entrySet()) {
      assertThat(Frame.encode(entry.getValue()))
          .isEqualTo(ByteBuffer.wrap(HEX.parseHex(entry.getKey())));
      assertThat(decode(false, HEX.parseHex(entry.getKey()))).containsExactly(entry.getValue());
    }
  }

  @Test
  void onlyWholeSignsOfLifeAreThat() {
    assertThat(List.of("0103000000000000", "0103000007000000", "01030000000000000103000000000000"))
        .allMatch(FrameTest::areNops);
    assertThat(
            List.of(
                "",
                "01030000000000",
                "010300000000000001",
                "0100000003000000",
                "0203000000000000",
                "0103010000000000",
                "0103000100000000",
                "01030000000000000101000003000000",
                "0102000803000000"))
        .noneMatch(FrameTest::areNops);
  }

  private static boolean areNops(String hex) {
    ByteBuffer piece = ByteBuffer.wrap(HEX.parseHex("ff" + hex + "ff"));
    return Frame.areNops(piece.position(1).limit(piece.capacity() - 1));
  }

  @Test
  void pushHeaderIsWrittenBeforeDataThatIsThere() throws Exception {
    ByteBuffer frame = ByteBuffer.wrap("........abc".getBytes(StandardCharsets.US_ASCII));

    Frame.putPushHeader(frame, 7, 3);

    assertThat(decode(false, frame.array())).containsExactly(new Frame.Push(7, text("abc")));
  }

  @Test
  void dataComesAsFarAsItIsHereAndEmptyFramesMeanNothing() throws Exception {
    FrameDecoder decoder = new FrameDecoder(SmuxRules.OFFICIAL);
    byte[] bytes = HEX.parseHex("0102000009000000" + "0102050003000000474554202f");

    assertThat(feed(decoder, bytes, 0, 15)).isEmpty();
    assertThat(feed(decoder, bytes, 15, 18)).containsExactly(new Frame.Push(3, text("GE")));
    assertThat(feed(decoder, bytes, 18, 21)).containsExactly(new Frame.Push(3, text("T /")));
  }

  @Test
  void longestFrameOfAnyPeerIsRead() throws Exception {
    byte[] bytes = new byte[Frame.HEADER_BYTES + 65_535];
    System.arraycopy(HEX.parseHex("0102ffff03000000"), 0, bytes, 0, Frame.HEADER_BYTES);

    assertThat(decode(false, bytes))
        .containsExactly(new Frame.Push(3, ByteBuffer.allocate(65_535)));
    assertThatThrownBy(
            () -> Frame.encode(new Frame.Push(3, ByteBuffer.allocate(Frame.DATA_BYTES_MAX + 1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anythingElseIsMalformed() {
    for (String hex :
        List.of(
            "0200000003000000", // version 2
            "0000000003000000", // version 0
            "0104080003000000", // UPD, of version 2
            "0100010003000000", // SYN with data
            "0101010003000000", // FIN with data
            "0103010000000000", // NOP with data
            "0180000003000000", // reset, not agreed on
            "018104000300000000000100")) { // window, not agreed on
      assertThatThrownBy(() -> decode(false, HEX.parseHex(hex)))
          .as(hex)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void resetIsKnownWhereItWasAgreedOn() throws Exception {
    assertThat(Frame.encode(new Frame.Reset(3)))
        .isEqualTo(ByteBuffer.wrap(HEX.parseHex("0180000003000000")));
    assertThat(decode(true, HEX.parseHex("0180000003000000"))).containsExactly(new Frame.Reset(3));
  }

  @Test
  void windowIsKnownWhereItWasAgreedOn() throws Exception {
    assertThat(Frame.encode(new Frame.Window(3, 65_536)))
        .isEqualTo(ByteBuffer.wrap(HEX.parseHex("018104000300000000000100")));
    assertThat(decode(true, HEX.parseHex("018104000300000000000100")))
        .containsExactly(new Frame.Window(3, 65_536));
    for (String hex :
        List.of(
            "0181000003000000", // without a count
            "0181050003000000", // a longer one
            "018104000300000000000000", // none
            "0181040003000000000000ff")) { // below zero
      assertThatThrownBy(() -> decode(true, HEX.parseHex(hex)))
          .as(hex)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Property(tries = 300)
  void streamIsReadAlikeHoweverItIsCut(
      @ForAll("frames") List<Frame> frames, @ForAll @IntRange(min = 1, max = 40) int cut)
      throws Exception {
    ByteBuffer all = ByteBuffer.allocate(100_000);
    frames.forEach(frame -> all.put(Frame.encode(frame)));
    byte[] bytes = new byte[all.flip().remaining()];
    all.get(bytes);

    FrameDecoder decoder = new FrameDecoder(SmuxRules.OWN);
    List<Frame> read = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += cut) {
      read.addAll(feed(decoder, bytes, from, Math.min(bytes.length, from + cut)));
    }

    assertThat(joined(read)).isEqualTo(joined(frames));
  }

  @Provide
  Arbitrary<List<Frame>> frames() {
    Arbitrary<Integer> ids = Arbitraries.of(3, 5, 7, -1);
    return Arbitraries.<Frame>oneOf(
            ids.map(Frame.Open::new),
            ids.map(Frame.Finish::new),
            ids.map(Frame.Reset::new),
            Arbitraries.just(new Frame.Nop()),
            ids.flatMap(id ->
                Arbitraries.integers().greaterOrEqual(1).map(count -> new Frame.Window(id, count))),
            ids.flatMap(id ->
                Arbitraries.bytes()
                    .array(byte[].class)
                    .ofMinSize(1)
                    .ofMaxSize(100)
                    .map(data -> new Frame.Push(id, ByteBuffer.wrap(data)))))
        .list()
        .ofMaxSize(30);
  }

  /** Neighbouring data of a stream in one, so that cuts do not show. */
  private static List<Frame> joined(List<Frame> frames) {
    List<Frame> joined = new ArrayList<>();
    for (Frame frame : frames) {
      if (frame instanceof Frame.Push(int id, ByteBuffer data)
          && !joined.isEmpty()
          && joined.getLast() instanceof Frame.Push(int last, ByteBuffer before)
          && last == id) {
        ByteBuffer both = ByteBuffer.allocate(before.remaining() + data.remaining());
        both.put(before.duplicate()).put(data.duplicate()).flip();
        joined.set(joined.size() - 1, new Frame.Push(id, both));
      } else {
        joined.add(frame);
      }
    }
    return joined;
  }

  private static List<Frame> decode(boolean resets, byte[] bytes) throws MalformedMessageException {
    return feed(
        new FrameDecoder(resets ? SmuxRules.OWN : SmuxRules.OFFICIAL), bytes, 0, bytes.length);
  }

  private static List<Frame> feed(FrameDecoder decoder, byte[] bytes, int from, int to)
      throws MalformedMessageException {
    decoder.feed(ByteBuffer.wrap(bytes, from, to - from));
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
      frames.add(frame);
    }
    return frames;
  }
}
