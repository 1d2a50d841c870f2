package dev.postern.agent.shell;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The first process of a session: a session leader of its own, so its number is also that of its
 * terminal session and its process group.
 */
final class ProgramProcess {
  private static final String SCRIPT_NAME = "postern-launch";

  private static boolean signalsReset;

  private final Process process;
  private final Descriptor script;

  private ProgramProcess(Process process, Descriptor script) {
    this.process = process;
    this.script = script;
  }

  static ProgramProcess start(String scriptText, ProcessScope scope) throws IOException {
    resetSignals();
    Descriptor script = new Descriptor(Libc.memoryFile(SCRIPT_NAME));
    try {
      script.write(ByteBuffer.wrap(scriptText.getBytes(StandardCharsets.UTF_8)));
      ProcessBuilder builder =
          new ProcessBuilder(List.of("setsid", "sh", "-c", ". \"$0\"", path(script)))
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .directory(new File("/"));
      builder.environment().clear();
      builder.environment().put("PATH", LaunchScript.LAUNCH_PATH);
      builder.environment().put(ProcessScope.MARKER, scope.mark());
      Process process = builder.start();
      scope.leader(process.pid());
      return new ProgramProcess(process, script);
    } catch (IOException failed) {
      script.close();
      throw failed;
    }
  }

  /** A name by which a child of ours, still running as us, opens a descriptor of ours. */
  static String path(Descriptor descriptor) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor.number();
  }

  /** Sends a signal to the first process and everything in its process group. */
  void signal(int signal) {
    if (process.isAlive()) {
      Libc.kill(-process.pid(), signal);
    }
  }

  /** Waits for the exit status; 128 + number when it was ended by a signal. */
  int await() throws InterruptedException {
    try {
      return process.waitFor();
    } finally {
      script.close();
    }
  }

  /** Done once, before the first child is started. */
  private static synchronized void resetSignals() throws IOException {
    if (!signalsReset) {
      InheritedSignals.reset();
      signalsReset = true;
    }
  }
}
