package dev.postern.agent.shell;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The few lines of shell that turn a new process into the program of a session (stack.md section
 * 6): enter the control group, take the terminal or the pipes, set the environment, become the
 * account, exec. Every word is quoted, so that nothing of it is ever interpreted.
 *
 * <p>A script and not arguments, because Java encodes arguments in the locale's character set and
 * turns what does not fit into question marks.
 */
final class LaunchScript {
  /** As most systems give it; the JVM has raised its own to the allowed maximum. */
  private static final int OPEN_FILES_SOFT = 1024;

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

  LaunchScript environment(Map<String, String> variables) {
    variables.forEach((name, value) -> line("export " + name + "=" + quote(value)));
    return this;
  }

  LaunchScript limits() {
    line("umask 022");
    return line("ulimit -S -n " + OPEN_FILES_SOFT + " 2>/dev/null");
  }

  LaunchScript directory(String home) {
    line("cd " + quote(home.startsWith("/") ? home : "/") + " 2>/dev/null || cd /");
    return line("unset OLDPWD");
  }

  /** The last line. The program starts as the account, which only root can choose. */
  String exec(List<String> argv, Account account, boolean changeAccount) {
    StringBuilder words = new StringBuilder("exec");
    if (changeAccount) {
      words
          .append(" setpriv --reuid=")
          .append(Integer.toUnsignedString(account.uid()))
          .append(" --regid=")
          .append(Integer.toUnsignedString(account.gid()))
          .append(" --init-groups --");
    }
    argv.forEach(word -> words.append(' ').append(quote(word)));
    return line(words.toString()).text.toString();
  }

  static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private LaunchScript line(String line) {
    text.append(line).append('\n');
    return this;
  }
}
