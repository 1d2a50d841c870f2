package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Much data through {@code postern forward}. */
@ExtendWith(OneNode.Extension.class)
@Timeout(240)
class TransferTest {
  private static final long GIGABYTE = 1_000_000_000;
  private static final int KILOBYTE = 1024;
  private static final long SOME = 200_000_000;

  /** The slow one reads a kilobyte whenever the fast one has read so much. */
  private static final long PER_KILOBYTE = 5_000_000;

  private static final long SERVER_GROWTH_MAX = 100_000_000;

  private static OneNode node;

  @BeforeAll
  static void start(OneNode shared) {
    node = shared;
  }

  private static Socket connect(PosternForward forward) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), forward.port());
  }

  @Test
  void gigabyteArrivesEqualInBothDirections() throws Exception {
    try (DigestService service = new DigestService(GIGABYTE);
        PosternForward forward = PosternForward.start(node, "0:" + service.port());
        Socket connection = connect(forward)) {
      service.expectBothWays(connection, _ -> {});
    }
  }

  @Test
  void slowReaderHoldsUpNeitherItsNeighbourNorTheServersMemory() throws Exception {
    long[] nextAt = {PER_KILOBYTE};
    try (NumberedBytes service = new NumberedBytes(SOME);
        PosternForward forward = PosternForward.start(node, "0:" + service.port())) {
      int port = forward.port();
      try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket fast = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(slow.getInputStream().readNBytes(KILOBYTE)).hasSize(KILOBYTE);
        long before = node.server().residentBytes();

        service.expect(
            fast,
            done -> {
              if (done >= nextAt[0]) {
                nextAt[0] += PER_KILOBYTE;
                assertThat(slow.getInputStream().readNBytes(KILOBYTE)).hasSize(KILOBYTE);
              }
            });

        assertThat(node.server().residentBytes() - before).isLessThan(SERVER_GROWTH_MAX);
      }
    }
  }
}
