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
  private static final String DEFAULT_ACCOUNT = "ssm-user";

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
        throw new RunAsRefusedException(
            "the document asks for elevated rights, but the agent does not run as root");
      }
      return own;
    }
    if (wish.enabled()) {
      return named(wish.user().isEmpty() ? wish.defaultUser() : wish.user());
    }
    if (own.isRoot()) {
      return accounts.named(DEFAULT_ACCOUNT).orElse(own);
    }
    return own;
  }

  private Account named(String name) throws RunAsRefusedException, IOException {
    if (name.isEmpty()) {
      throw new RunAsRefusedException("please set the RunAs default user");
    }
    Optional<Account> account = accounts.named(name);
    if (account.isEmpty()) {
      throw new RunAsRefusedException("the RunAs user " + name + " does not exist on this node");
    }
    Account found = account.get();
    if (found.uid() == 0 || found.gid() == 0) {
      throw new RunAsRefusedException("invalid uid and gid: RunAs does not run sessions as root");
    }
    if (!own.isRoot() && found.uid() != own.uid()) {
      throw new RunAsRefusedException(
          "the agent does not run as root and cannot become the RunAs user " + name);
    }
    return found;
  }
}
