package dev.postern.agent.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Which shell an account gets and how it is told to be a login shell. */
final class Shells {
  private static final String STANDARD = "/bin/sh";

  /** Accounts of services have these to keep other doors closed; this door was opened by policy. */
  private static final Set<String> NOT_SHELLS = Set.of("nologin", "false", "true", "sync");

  private static final Set<String> KNOWS_LOGIN_OPTION =
      Set.of("sh", "dash", "bash", "zsh", "ksh", "mksh", "ash", "fish", "csh", "tcsh");

  private Shells() {}

  static String of(Account account) {
    String shell = account.shell();
    boolean usable =
        shell.startsWith("/")
            && !NOT_SHELLS.contains(name(shell))
            && Files.isExecutable(Path.of(shell));
    return usable ? shell : STANDARD;
  }

  static List<String> login(Account account) {
    String shell = of(account);
    return KNOWS_LOGIN_OPTION.contains(name(shell)) ? List.of(shell, "-l") : List.of(shell);
  }

  private static String name(String shell) {
    return shell.substring(shell.lastIndexOf('/') + 1);
  }
}
