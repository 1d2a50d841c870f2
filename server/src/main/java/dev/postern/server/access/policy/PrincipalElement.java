package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Principal or NotPrincipal of a statement. Entries are compared as a whole; there are no partial
 * wildcards.
 */
final class PrincipalElement {
  /** How far a statement reaches a caller. */
  enum Reach {
    NONE,
    /** The caller's account is meant: its own policies have to grant as well. */
    ACCOUNT,
    /** The caller itself is meant. */
    CALLER
  }

  /** One session of a role is not the role. */
  private static final String SESSION_ARN = "arn:aws:sts:";

  private final boolean negated;
  private final boolean everyone;
  private final Set<String> accounts;

  /** ARNs, unique ids, service names and providers: no two of these look alike. */
  private final Set<String> names;

  /** The unique ids that named principals had when the policy was written. */
  private final Map<String, String> uniqueIds;

  /** Of these, the ids of users and roles: they stay what they are under another name. */
  private final Set<String> knownIds;

  private final List<String> sources;

  PrincipalElement(boolean negated, Entries entries, Map<String, String> uniqueIds) {
    this.negated = negated;
    this.everyone = entries.everyone;
    this.accounts = Set.copyOf(entries.accounts);
    this.names = Set.copyOf(entries.names);
    this.uniqueIds = Map.copyOf(uniqueIds);
    this.knownIds =
        uniqueIds.entrySet().stream()
            .filter(known -> names.contains(known.getKey()))
            .filter(known -> !known.getKey().startsWith(SESSION_ARN))
            .map(Map.Entry::getValue)
            .collect(Collectors.toUnmodifiableSet());
    this.sources = List.copyOf(entries.sources);
  }

  /** What a Principal element lists, while it is read. For one thread. */
  static final class Entries {
    private boolean everyone;
    private final Set<String> accounts = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final List<String> sources = new ArrayList<>();

    void addEveryone(String source) {
      everyone = true;
      sources.add(source);
    }

    void addAccount(String account, String source) {
      accounts.add(account);
      sources.add(source);
    }

    void addName(String name) {
      names.add(name);
      sources.add(name);
    }

    boolean isEmpty() {
      return sources.isEmpty();
    }
  }

  Reach reach(PolicyPrincipal caller, Effect effect) {
    if (negated) {
      return spares(caller) ? Reach.NONE : Reach.CALLER;
    }
    if ((everyone && (effect == Effect.DENY || everyoneIncludes(caller))) || names(caller)) {
      return Reach.CALLER;
    }
    return hasAccountOf(caller) ? Reach.ACCOUNT : Reach.NONE;
  }

  /** An allowing star is no invitation to services and providers; those have to be named. */
  private static boolean everyoneIncludes(PolicyPrincipal caller) {
    return switch (caller) {
      case PolicyPrincipal.User _,
          PolicyPrincipal.RoleSession _,
          PolicyPrincipal.Root _,
          PolicyPrincipal.FederatedUser _,
          PolicyPrincipal.Anonymous _ ->
          true;
      case PolicyPrincipal.Service _, PolicyPrincipal.Federated _ -> false;
    };
  }

  private boolean names(PolicyPrincipal caller) {
    return switch (caller) {
      case PolicyPrincipal.User user -> isNamed(user.arn(), user.uniqueId());
      case PolicyPrincipal.RoleSession session ->
          isNamed(session.arn(), session.uniqueId())
              || isNamed(session.roleArn(), session.uniqueId());
      case PolicyPrincipal.Root root -> accounts.contains(root.accountId());
      case PolicyPrincipal.FederatedUser user -> names.contains(user.arn());
      case PolicyPrincipal.Service service -> names.contains(service.name());
      case PolicyPrincipal.Federated federated -> names.contains(federated.provider());
      case PolicyPrincipal.Anonymous _ -> false;
    };
  }

  /** A principal that was deleted and made again has the ARN, but not the id. */
  private boolean isNamed(String arn, String uniqueId) {
    if (names.contains(arn)) {
      String expected = uniqueIds.get(arn);
      if (expected == null || expected.equals(uniqueId)) {
        return true;
      }
    }
    return !uniqueId.isEmpty() && (names.contains(uniqueId) || knownIds.contains(uniqueId));
  }

  private boolean hasAccountOf(PolicyPrincipal caller) {
    return caller.account().isPresent() && accounts.contains(caller.account().get());
  }

  /** Listing an account spares its root alone: its users and roles are listed by themselves. */
  private boolean spares(PolicyPrincipal caller) {
    return everyone || names(caller);
  }

  boolean negated() {
    return negated;
  }

  List<String> sources() {
    return sources;
  }
}
