package dev.postern.e2e;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;

/** {@code postern forward} that runs, stopped by its test. */
record PosternForward(Process process, Output err) implements AutoCloseable {
  private static final String OPENED = "Port (\\d+) opened for sessionId (\\S+)\\.";

  static PosternForward start(OneNode node, String specification) throws IOException {
    Process process =
        node.server()
            .shell()
            .start(
                List.of(Programs.postern(), "forward", node.agent().instanceId(), specification));
    new Output(process.getInputStream());
    return new PosternForward(process, new Output(process.getErrorStream()));
  }

  int port() {
    return opened().port();
  }

  /** What it says of itself, once. */
  record Opened(int port, String sessionId) {}

  Opened opened() {
    Matcher told = err.expect(OPENED);
    return new Opened(Integer.parseInt(told.group(1)), told.group(2));
  }

  /** Waits for the end and returns the exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(Output.TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("did not end\n" + err.all());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
