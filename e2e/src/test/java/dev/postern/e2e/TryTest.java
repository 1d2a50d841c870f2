package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command. */
@Timeout(180)
class TryTest {
  @TempDir Path temporary;

  private Shell shell() {
    return RunningServer.base().with("TMPDIR", temporary.toString());
  }

  @Test
  void commandPrintsBothStreamsApartAndItsExitCodeIsOurs() throws Exception {
    Finished finished =
        shell()
            .run(
                List.of(
                    Programs.postern(), "try", "--", "sh", "-c", "echo out; echo err >&2; exit 7"));

    assertThat(finished.exitCode()).isEqualTo(7);
    assertThat(finished.out()).isEqualTo("out\n");
    assertThat(finished.err()).contains("err\n").doesNotContain("out");
    assertNothingIsLeft();
  }

  @Test
  void shellIsOpenedOnATerminal() throws Exception {
    Path stty = temporary.resolve("stty");
    try (Terminal terminal =
        new Terminal(
            shell().with("POSTERN_STTY_BEFORE", stty.toString()),
            100,
            30,
            Programs.postern() + " try")) {
      terminal.screen().expect("[#$%>] ?(\\x1b\\[[0-9;?]*[a-zA-Z])*$");
      terminal.type("echo size $(stty size); exit\r");
      terminal.screen().expect("size 30 100");

      assertThat(terminal.exitCode()).isZero();
    }
    Files.delete(stty);
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws Exception {
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(path -> !path.getFileName().toString().startsWith("hsperf")))
          .isEmpty();
    }
    assertThat(
            ProcessHandle.allProcesses()
                .filter(process ->
                    process.info().commandLine().orElse("").contains(temporary.toString())))
        .isEmpty();
  }
}
