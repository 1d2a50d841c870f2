package dev.postern.server.access.policy;

import java.util.Set;

/**
 * Account numbers that count as our own in the account field of a Resource pattern, so that
 * published policies work which carry a foreign or shortened number. They hold for identity
 * policies, boundaries and session policies, in Allow and Deny alike; never in a Principal.
 *
 * @param own the account of this server's resources
 * @param others numbers that patterns may have in its place
 */
public record EquivalentAccounts(String own, Set<String> others) {
  /** Each account is only itself. */
  public static final EquivalentAccounts NONE = new EquivalentAccounts("", Set.of());

  public EquivalentAccounts {
    others = Set.copyOf(others);
  }
}
