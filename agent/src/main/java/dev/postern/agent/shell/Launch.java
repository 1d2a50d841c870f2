package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * As whom and under which mark a session's program is started.
 *
 * @param account must be our own unless we are root
 * @param mark random letters and digits, unique among the sessions of this machine; names its
 *     control group and marks its processes
 * @param agentEnvironment of which locale and time zone are passed on
 */
public record Launch(Account account, String mark, Map<String, String> agentEnvironment) {
  static final String MARK_PATTERN = "[0-9a-zA-Z]{8,64}";

  public Launch {
    if (!mark.matches(MARK_PATTERN)) {
      throw new IllegalArgumentException("a mark is 8 to 64 letters and digits");
    }
    agentEnvironment = Map.copyOf(agentEnvironment);
  }

  boolean changesAccount() {
    return account.uid() != Libc.effectiveUser();
  }

  ProcessScope newScope() {
    return ProcessScope.create(mark);
  }

  /** Programs such as sudo open their terminal again by its name. */
  void giveTerminal(String terminal) throws IOException {
    if (changesAccount()) {
      Files.setAttribute(Path.of(terminal), "unix:uid", account.uid());
    }
  }
}
