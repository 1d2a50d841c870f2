package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The few lines of shell that turn a new process into the program of a session (stack.md section
 * 6): enter the control group, take the terminal or the pipes, become the account, set its
 * environment, enter its home, exec. Every word is quoted, so that nothing of it is ever
 * interpreted.
 *
 * <p>A script and not arguments, because Java encodes arguments in the locale's character set and
 * turns what does not fit into question marks.
 */
final class LaunchScript {
  /** Enough to find the few programs that the launch itself needs. */
  static final String LAUNCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  /** As most systems give it; the JVM has raised its own to the allowed maximum. */
  private static final int OPEN_FILES_SOFT = 1024;

  /**
   * Run by the account itself: it may have no right to enter its home, and root may have none where
   * the home is another machine's.
   */
  private static final String ENTER_AND_EXEC =
      "cd \"$1\" 2>/dev/null || cd /; unset OLDPWD; shift; exec \"$@\"";

  private final StringBuilder text = new StringBuilder();

  LaunchScript enter(@Nullable Path entrance) {
    if (entrance != null) {
      line("echo 0 >" + quote(entrance.toString()));
    }
    return this;
  }

  /** Opening it makes it the controlling terminal of the new session. */
  LaunchScript terminal(String path) {
    return line("exec 0<>" + quote(path) + " 1>&0 2>&0");
  }

  LaunchScript streams(String output, @Nullable String error) {
    line("exec 0</dev/null 1>" + quote(output));
    return line(error == null ? "exec 2>&1" : "exec 2>" + quote(error));
  }

  /**
   * The last lines. The program starts as the account, which only root can choose.
   *
   * @throws IOException when this machine lacks a program that is needed for it
   */
  String exec(List<String> argv, Launch launch) throws IOException {
    LoginSettings settings = LoginSettings.read();
    line("umask " + settings.umask());
    line("ulimit -S -n " + OPEN_FILES_SOFT + " 2>/dev/null");
    StringBuilder words = new StringBuilder("exec");
    Account account = launch.account();
    if (launch.changesAccount()) {
      words
          .append(' ')
          .append(program("setpriv"))
          .append(" --reuid=")
          .append(Integer.toUnsignedString(account.uid()))
          .append(" --regid=")
          .append(Integer.toUnsignedString(account.gid()))
          .append(" --init-groups --");
    }
    // Not exported by this shell: what an administrator wrote for others would steer it, and names
    // that a shell keeps to itself would end it.
    words.append(' ').append(program("env"));
    for (Map.Entry<String, String> variable :
        SessionEnvironment.of(account, launch.agentEnvironment(), settings).entrySet()) {
      words.append(' ').append(quote(variable.getKey() + "=" + variable.getValue()));
    }
    String home = account.home().startsWith("/") ? account.home() : "/";
    words.append(" /bin/sh -c ").append(quote(ENTER_AND_EXEC)).append(" sh ").append(quote(home));
    argv.forEach(word -> words.append(' ').append(quote(word)));
    return line(words.toString()).text.toString();
  }

  /**
   * The place of a program of this machine, whatever path this process was given.
   *
   * @throws IOException when it is not there
   */
  static String program(String name) throws IOException {
    for (String directory : LAUNCH_PATH.split(":", -1)) {
      Path candidate = Path.of(directory, name);
      if (Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    throw new IOException("this node lacks the program " + name);
  }

  static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private LaunchScript line(String line) {
    text.append(line).append('\n');
    return this;
  }
}
