package dev.postern.server.access;

import java.util.List;

/**
 * What an operation needs to be allowed.
 *
 * @param action {@code service:Operation}
 * @param resources ARNs, all of which must be allowed; {@code *} for operations without resource
 *     types
 * @param credentials whose proof the operation accepts
 */
public record Question(String action, List<String> resources, Proof credentials) {
  /** How a caller must have proved who it is. */
  public enum Proof {
    /** A signature with an access key; decided by policies. */
    ACCESS_KEY,
    /** A signature with an access key; any authenticated caller may (GetCallerIdentity). */
    ANY_ACCESS_KEY,
    /** The node's own registered key. */
    NODE_KEY,
    /** None: the input carries the secret (RegisterManagedInstance). */
    NONE
  }

  public Question {
    resources = List.copyOf(resources);
  }

  /** The usual case: one action on one resource, by access key. */
  public static Question of(String action, String resource) {
    return new Question(action, List.of(resource), Proof.ACCESS_KEY);
  }
}
