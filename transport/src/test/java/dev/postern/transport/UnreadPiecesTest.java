package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnreadPiecesTest {
  private final UnreadPieces pieces = new UnreadPieces();

  @Test
  void bytesComeOutAsTheyWentInWhateverTheirPieces() {
    Random random = new Random(11);
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < 5000; i++) {
      byte[] message = new byte[1 + random.nextInt(random.nextBoolean() ? 8 : 4000)];
      random.nextBytes(message);
      int from = random.nextInt(message.length);
      int length = random.nextInt(message.length - from + 1);
      in.write(message, from, length);
      pieces.add(ByteBuffer.wrap(message, from, length));
      if (random.nextInt(3) == 0) {
        read(out);
      }
    }
    while (read(out)) {
      // until nothing is left
    }

    assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
  }

  @Test
  void smallPiecesKeepNeitherTheirMessagesNorAnObjectEach() {
    for (int i = 0; i < 10_000; i++) {
      pieces.add(ByteBuffer.wrap(new byte[8192], i % 8192, 1));
    }

    int buffers = 0;
    int memory = 0;
    for (ByteBuffer piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      buffers++;
      memory += piece.capacity();
    }
    assertThat(buffers).isLessThan(100);
    assertThat(memory).isLessThan(20_000);
  }

  @Test
  void pieceThatIsMostOfItsMessageIsNotCopied() {
    ByteBuffer piece = ByteBuffer.wrap(new byte[8192], 100, 8000);
    pieces.add(piece);

    assertThat(pieces.poll()).isSameAs(piece);
    assertThat(pieces.poll()).isNull();
  }

  private boolean read(ByteArrayOutputStream out) {
    ByteBuffer piece = pieces.poll();
    if (piece == null) {
      return false;
    }
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    out.writeBytes(bytes);
    return true;
  }
}
