package dev.postern.server.access.policy;

import java.util.List;

/** Why a statement does not match a request. */
public sealed interface Mismatch {
  /** The same for people, in one sentence. */
  String sentence();

  /** The action is not among those listed, or is excepted by NotAction. */
  record ByAction(boolean excepted, List<String> wanted, String had) implements Mismatch {
    @Override
    public String sentence() {
      return excepted
          ? "NotAction excepts " + had + ": " + wanted
          : "Action does not cover " + had + ": " + wanted;
    }
  }

  /** The resource is not among those listed, or is excepted by NotResource. */
  record ByResource(boolean excepted, List<String> wanted, String had) implements Mismatch {
    @Override
    public String sentence() {
      return excepted
          ? "NotResource excepts " + had + ": " + wanted
          : "Resource does not cover " + had + ": " + wanted;
    }
  }

  /** The caller is not among the principals, or one of them was deleted and made anew. */
  record ByPrincipal(boolean excepted, List<String> wanted, String had) implements Mismatch {
    @Override
    public String sentence() {
      return excepted
          ? "NotPrincipal excepts " + had + ": " + wanted
          : "Principal does not name " + had + ": " + wanted;
    }
  }

  /**
   * A condition does not hold.
   *
   * @param operator as the policy has it, with qualifier and suffix
   * @param wanted the values of the policy, variables not yet filled in
   * @param had the request's values; empty when the key is absent
   */
  record ByCondition(String operator, String key, List<String> wanted, List<String> had)
      implements Mismatch {
    @Override
    public String sentence() {
      return "Condition "
          + operator
          + " of "
          + key
          + " wants "
          + wanted
          + ", the request has "
          + (had.isEmpty() ? "no such key" : had);
    }
  }
}
