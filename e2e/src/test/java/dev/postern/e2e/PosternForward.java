package dev.postern.e2e;

import java.io.IOException;
import java.util.List;

/** {@code postern forward} that runs, stopped by its test. */
record PosternForward(Process process, Output err) implements AutoCloseable {
  private static final String OPENED = "Port (\\d+) opened for sessionId \\S+\\.";

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
    return Integer.parseInt(err.expect(OPENED).group(1));
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
