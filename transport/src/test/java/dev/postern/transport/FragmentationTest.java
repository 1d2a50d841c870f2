package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class FragmentationTest {
  /** Gives as many bytes at a time as chance says. */
  private static InputStream dripping(byte[] bytes, Random chance) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        return super.read(target, offset, Math.min(length, 1 + chance.nextInt(3000)));
      }
    };
  }

  private static void frame(ByteArrayOutputStream out, int first, byte[] bytes, int from, int to) {
    int length = to - from;
    out.write(first);
    if (length < 126) {
      out.write(length);
    } else if (length < 0x10000) {
      out.write(126);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) length).array());
    } else {
      out.write(127);
      out.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
    }
    out.write(bytes, from, length);
  }

  @Property(tries = 300)
  void anyMessagesInAnyFragmentsArriveEqual(
      @ForAll @Size(max = 8) List<@IntRange(max = 100_000) Integer> lengths,
      @ForAll @IntRange(max = 6) int cuts,
      @ForAll long seed)
      throws IOException {
    Random chance = new Random(seed);
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    List<ByteBuffer> sent = new ArrayList<>();
    int pings = 0;
    for (int length : lengths) {
      byte[] message = new byte[length];
      chance.nextBytes(message);
      sent.add(ByteBuffer.wrap(message));
      int from = 0;
      for (int cut = 0; cut < cuts; cut++) {
        int to = from + chance.nextInt(length - from + 1);
        frame(wire, cut == 0 ? Opcode.BINARY : Opcode.CONTINUATION, message, from, to);
        from = to;
        if (chance.nextBoolean()) {
          frame(wire, 0x80 | Opcode.PING, new byte[125], 0, chance.nextInt(126));
          pings++;
        }
      }
      frame(wire, 0x80 | (cuts == 0 ? Opcode.BINARY : Opcode.CONTINUATION), message, from, length);
    }
    FrameReader reader = new FrameReader(dripping(wire.toByteArray(), chance), 100_000);

    List<ByteBuffer> received = new ArrayList<>();
    int pinged = 0;
    while (received.size() < sent.size()) {
      switch (reader.next()) {
        case Incoming.Message(ByteBuffer payload) -> received.add(payload);
        case Incoming.Ping _ -> pinged++;
        case Incoming other -> throw new AssertionError("not sent: " + other);
      }
    }

    assertThat(received).isEqualTo(sent);
    assertThat(pinged).isEqualTo(pings);
  }
}
