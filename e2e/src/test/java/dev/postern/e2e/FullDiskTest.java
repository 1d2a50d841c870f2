package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** There is no more room under the server's data directory. */
@Timeout(200)
class FullDiskTest {
  private static final Duration AT_MOST = Duration.ofMinutes(3);

  @TempDir Path temporary;

  /** The file system is seen by nobody else, and goes with the last process that does see it. */
  @Test
  void transferIsWholeNewSessionsAreRefusedUntilThereIsRoomAndNothingAcknowledgedIsLost() {
    Finished story =
        RunningServer.base()
            .run(
                List.of(
                    "unshare",
                    "--mount",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    FullDisk.class.getName(),
                    temporary.toString()),
                AT_MOST);

    assertThat(story.orFail().out()).contains(FullDisk.WHOLE);
  }
}
