package dev.postern.agent.shell;

import java.io.IOException;
import java.util.Optional;

/**
 * Decides as whom a session runs (spec/agent-service.md section 5, checklist B.10). Any thread.
 *
 * <p>Unlike the official agent it never makes an account: without one called ssm-user, a session
 * that asks for nobody runs as the agent does.
 */
public final class RunAs {
  /** The account that the official agent makes for its sessions. */
  public static final String DEFAULT_ACCOUNT = "ssm-user";

  /** How the official agent begins these refusals; people and runbooks look for them. */
  private static final String NOT_STARTED = "Unable to start command: ";

  /** Where accounts are looked up. */
  @FunctionalInterface
  public interface Accounts {
    Optional<Account> named(String name) throws IOException;
  }

  /**
   * What the session document and the caller's tag ask for.
   *
   * @param elevated only commands can ask for it
   * @param enabled whether the two names count
   * @param user from the caller's SSMSessionRunAs tag, or empty
   * @param defaultUser from the document, or empty
   */
  public record Wish(boolean elevated, boolean enabled, String user, String defaultUser) {}

  private final Account own;
  private final Accounts accounts;

  /**
   * A decision for one agent.
   *
   * @param own the account that this process runs as
   */
  public RunAs(Account own, Accounts accounts) {
    this.own = own;
    this.accounts = accounts;
  }

  public Account resolve(Wish wish) throws RunAsRefusedException, IOException {
    if (wish.elevated()) {
      if (!own.isRoot()) {
        throw refused("the document asks for runAsElevated, but the agent does not run as root");
      }
      return own;
    }
    if (wish.enabled()) {
      return named(wish.user().isBlank() ? wish.defaultUser() : wish.user());
    }
    Optional<Account> usual = own.isRoot() ? accounts.named(DEFAULT_ACCOUNT) : Optional.empty();
    return usual.isPresent() ? ordinary(usual.get()) : own;
  }

  private Account named(String name) throws RunAsRefusedException, IOException {
    if (name.isBlank()) {
      throw refused("please set the RunAs default user");
    }
    Optional<Account> account = accounts.named(name);
    if (account.isEmpty()) {
      throw refused("failed to start pty since RunAs user " + name + " does not exist");
    }
    Account found = ordinary(account.get());
    if (!own.isRoot() && found.uid() != own.uid()) {
      throw refused(
          "the agent does not run as root and cannot become the RunAs user "
              + name
              + "; it runs as "
              + own.name());
    }
    return found;
  }

  private static Account ordinary(Account account) throws RunAsRefusedException {
    if (account.uid() == 0 || account.gid() == 0) {
      throw refused("invalid uid and gid: " + account.name() + " has root's user or group");
    }
    return account;
  }

  private static RunAsRefusedException refused(String reason) {
    return new RunAsRefusedException(NOT_STARTED + reason);
  }
}
