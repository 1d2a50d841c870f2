package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a real program to its end, with its output kept. */
record Command(int exitCode, String output, String errors) {
  private static final long DEADLINE_SECONDS = 30;

  /** With the given variables only, besides a plain PATH. */
  static Command run(Map<String, String> environment, List<String> words) throws Exception {
    Path output = Files.createTempFile("command", ".out");
    Path errors = Files.createTempFile("command", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin");
      builder.environment().putAll(environment);
      return wait(builder.start(), output, errors);
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  private static Command wait(Process process, Path output, Path errors)
      throws IOException, InterruptedException {
    try {
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Command(process.exitValue(), text(output), text(errors));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
