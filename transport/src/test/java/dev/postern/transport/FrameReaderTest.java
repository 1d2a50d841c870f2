package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FrameReaderTest {
  private static final int MESSAGE_BYTES_MAX = 1000;

  private static FrameReader reader(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    return new FrameReader(new ByteArrayInputStream(bytes), MESSAGE_BYTES_MAX);
  }

  private static Incoming message(String text) {
    return new Incoming.Message(ByteBuffer.wrap(ByteInput.bytes(text)));
  }

  @Test
  void examplesOfTheStandardAreRead() throws IOException {
    assertThat(reader("81 05 48 65 6c 6c 6f").next()).isEqualTo(message("Hello"));
    assertThat(reader("01 03 48 65 6c  80 02 6c 6f").next()).isEqualTo(message("Hello"));
    assertThat(reader("82 7e 01 00" + "41".repeat(256)).next()).isEqualTo(message("A".repeat(256)));
  }

  @Test
  void controlFramesBetweenFragmentsArriveFirst() throws IOException {
    FrameReader reader = reader("01 01 61  89 02 7071  00 00  8a 00  80 01 62  88 02 03e8");

    assertThat(reader.next()).isEqualTo(new Incoming.Ping(ByteBuffer.wrap(ByteInput.bytes("pq"))));
    assertThat(reader.next()).isEqualTo(new Incoming.Pong());
    assertThat(reader.next()).isEqualTo(message("ab"));
    assertThat(reader.next()).isEqualTo(new Incoming.Close(1000, ""));
  }

  @Test
  void closeWithoutCodeIsOne() throws IOException {
    assertThat(reader("88 00").next()).isEqualTo(new Incoming.Close(1005, ""));
    assertThat(reader("88 05 0bb8 61 c3a4").next()).isEqualTo(new Incoming.Close(3000, "aä"));
  }

  @ParameterizedTest
  @CsvSource({
    "reserved bit 1,            c2 00, 1002",
    "reserved bit 3,            92 00, 1002",
    "masked,                    82 80 00000000, 1002",
    "reserved data opcode,      83 00, 1002",
    "reserved control opcode,   8b 00, 1002",
    "continuation of nothing,   80 00, 1002",
    "message within a message,  02 01 61 82 00, 1002",
    "fragmented ping,           09 00, 1002",
    "ping of 126 bytes,         89 7e 007e, 1002",
    "length not minimal 16,     82 7e 007d, 1002",
    "length not minimal 64,     82 7f 000000000000ffff, 1002",
    "negative length,           82 7f 8000000000000000, 1002",
    "close of one byte,         88 01 03, 1002",
    "close code 999,            88 02 03e7, 1002",
    "close code 1005,           88 02 03ed, 1002",
    "close code 1006,           88 02 03ee, 1002",
    "close code 1015,           88 02 03f7, 1002",
    "close code 5000,           88 02 1388, 1002",
    "close reason not UTF-8,    88 03 03e8 ff, 1007",
    "text not UTF-8,            81 01 ff, 1007",
    "half a character,          81 01 c3, 1007",
    "surrogate as UTF-8,        81 03 eda080, 1007",
    "message of 1001 bytes,     82 7e 03e9, 1009",
    "message of 2^62 bytes,     82 7f 4000000000000000, 1009",
  })
  void brokenRulesEndWithTheirCloseCode(String name, String hex, int code) {
    assertThatExceptionOfType(FramingException.class)
        .as(name)
        .isThrownBy(() -> {
          FrameReader reader = reader(hex);
          reader.next();
          reader.next();
        })
        .returns(code, FramingException::closeCode);
  }

  @Test
  void fragmentsTogetherAreBoundedToo() {
    FrameReader reader = reader("02 7e 01f4" + "00".repeat(500) + "80 7e 01f5");

    assertThatExceptionOfType(FramingException.class)
        .isThrownBy(reader::next)
        .returns(FramingException.TOO_BIG, FramingException::closeCode);
  }

  @Test
  void characterMayBeSplitBetweenFragments() throws IOException {
    Incoming received = reader("01 01 c3  80 01 a4").next();

    assertThat(received)
        .isEqualTo(new Incoming.Message(ByteBuffer.wrap(new byte[] {(byte) 0xc3, (byte) 0xa4})));
  }

  @Test
  void everyTruncationIsAnEarlyEnd() {
    byte[] whole =
        HexFormat.of()
            .parseHex("0101618902707100008a008001628205aabbccddee827e0080" + "00".repeat(128));

    for (int length = 0; length < whole.length; length++) {
      FrameReader reader =
          new FrameReader(
              new ByteArrayInputStream(Arrays.copyOf(whole, length)), MESSAGE_BYTES_MAX);
      assertThatExceptionOfType(EOFException.class)
          .isThrownBy(() -> {
            for (int i = 0; i < 5; i++) {
              reader.next();
            }
          });
    }
  }
}
