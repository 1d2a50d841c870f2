package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameWriterTest {
  /** Gives the mask of the standard's example over and over. */
  private static final class ExampleMask extends Random {
    private static final long serialVersionUID = 1L;

    @Override
    public void nextBytes(byte[] bytes) {
      byte[] mask = {0x37, (byte) 0xfa, 0x21, 0x3d};
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = mask[i % 4];
      }
    }
  }

  @Test
  void exampleOfTheStandardIsWritten() throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();

    new FrameWriter(sent, new ExampleMask())
        .write(Opcode.TEXT, ByteBuffer.wrap(ByteInput.bytes("Hello")));

    assertThat(HexFormat.of().formatHex(sent.toByteArray())).isEqualTo("818537fa213d7f9f4d5158");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_521, 65_522, 65_535, 65_536, 200_001})
  void partsMakeOneFrameWhichUnmasksToThem(int length) throws IOException {
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);
    ByteBuffer first = ByteBuffer.wrap(payload, 0, length / 3);
    ByteBuffer second = ByteBuffer.allocateDirect(length / 3 + 5);
    second.position(5).put(payload, length / 3, length / 3).position(5);
    ByteBuffer third =
        ByteBuffer.wrap(payload, length / 3 * 2, length - length / 3 * 2).asReadOnlyBuffer();
    ByteArrayOutputStream sent = new ByteArrayOutputStream();

    new FrameWriter(sent, new Random(1)).write(Opcode.BINARY, first, second, third);

    assertThat(unmasked(sent.toByteArray(), length)).isEqualTo(payload);
    assertThat(second.position()).isEqualTo(5);
    assertThat(third.remaining()).isEqualTo(length - length / 3 * 2);
  }

  private static byte[] unmasked(byte[] frame, int length) {
    assertThat(frame[0]).isEqualTo((byte) 0x82);
    ByteBuffer view = ByteBuffer.wrap(frame).position(2);
    long announced = frame[1] & 0x7F;
    if (announced == 126) {
      announced = view.getShort() & 0xFFFF;
    } else if (announced == 127) {
      announced = view.getLong();
    }
    assertThat(announced).isEqualTo(length);
    byte[] mask = new byte[4];
    byte[] payload = new byte[length];
    view.get(mask).get(payload);
    assertThat(view.hasRemaining()).isFalse();
    for (int i = 0; i < length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  @Test
  void smallFrameLeavesInOneWriteWithAMaskOfItsOwn() throws IOException {
    List<String> writes = new ArrayList<>();
    OutputStream output =
        new OutputStream() {
          @Override
          public void write(int single) {
            writes.add("a single byte");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            writes.add(HexFormat.of().formatHex(bytes, offset, offset + length));
          }
        };
    FrameWriter writer = new FrameWriter(output, new Random(1));

    for (int i = 0; i < 600; i++) {
      writer.write(Opcode.BINARY, ByteBuffer.allocate(2), ByteBuffer.allocate(3));
    }

    assertThat(writes).hasSize(600).doesNotHaveDuplicates();
  }
}
