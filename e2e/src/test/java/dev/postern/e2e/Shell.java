package dev.postern.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands to their end with a given environment, bounded in time. */
record Shell(Map<String, String> environment) {
  static final Duration TIMEOUT = Duration.ofSeconds(90);

  Shell {
    environment = Map.copyOf(environment);
  }

  Shell with(String name, String value) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(name, value);
    return new Shell(changed);
  }

  Shell without(String name) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.remove(name);
    return new Shell(changed);
  }

  Finished run(List<String> command) {
    return run(command, "");
  }

  Finished run(List<String> command, String input) {
    return run(command, input, TIMEOUT);
  }

  /** Runs a command that takes longer than others. */
  Finished run(List<String> command, Duration atMost) {
    return run(command, "", atMost);
  }

  private Finished run(List<String> command, String input, Duration atMost) {
    try {
      Process process = start(command);
      CompletableFuture<String> out = drain(process.getInputStream());
      CompletableFuture<String> err = drain(process.getErrorStream());
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException notRead) {
        // A command may end without reading its input.
        if (process.isAlive()) {
          throw notRead;
        }
      }
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "did not end: " + command + "\nstdout:\n" + out.join() + "\nstderr:\n" + err.join());
      }
      return new Finished(process.exitValue(), out.join(), err.join());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  Process start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static CompletableFuture<String> drain(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    // Not a virtual one, as in Output.
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (stream) {
            text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
          } catch (IOException lost) {
            text.completeExceptionally(lost);
          }
        });
    return text;
  }
}
