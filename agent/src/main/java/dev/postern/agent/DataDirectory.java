package dev.postern.agent;

import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.shell.Account;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the directory that the commands share. */
final class DataDirectory {
  private DataDirectory() {}

  /** Opens the one that was asked for, or the usual one of this account. */
  static AgentDirectory open(@Nullable Path asked) throws IOException {
    return AgentDirectory.open(
        asked != null
            ? asked
            : AgentDirectory.defaultPath(System.getenv(), Account.current().isRoot()));
  }
}
