package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.FrozenLink;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client and node have paths of their own to the server, of which one is reset and one is not. */
@Timeout(120)
class OneLegResetTest {
  private static final long BYTES = 60_000_000;
  private static final long BETWEEN_RESETS = 20_000_000;

  @TempDir private static Path temporary;

  private static TwoLegs legs;

  @BeforeAll
  static void start() throws Exception {
    legs = TwoLegs.start(temporary);
  }

  @AfterAll
  static void stop() throws IOException {
    if (legs != null) {
      legs.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void transferGoesOnByteForByteInBothDirections(TwoLegs.Leg leg) throws Exception {
    try (DigestService service = new DigestService(BYTES);
        PosternForward forward = PosternForward.start(legs.node(), "0:" + service.port());
        Socket connection = PortForward.connect(forward.port())) {
      FrozenLink link = legs.link(leg);
      AtomicLong next = new AtomicLong(BETWEEN_RESETS);
      service.expectBothWays(
          connection,
          done -> {
            if (done >= next.get()) {
              next.addAndGet(BETWEEN_RESETS);
              link.reset();
            }
          });

      assertThat(next).hasValue(2 * BYTES + BETWEEN_RESETS);
      assertThat(forward.err().all().contains("connected again"))
          .isEqualTo(leg == TwoLegs.Leg.CLIENT);
    }
  }
}
