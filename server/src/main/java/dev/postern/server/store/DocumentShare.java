package dev.postern.server.store;

/**
 * That a document is shared with an account.
 *
 * @param accountId 12 digits, or {@link #ALL}
 * @param version {@code $LATEST}, {@code $DEFAULT} or {@code $ALL}
 */
public record DocumentShare(String accountId, String version) {
  /** Stands for every account. */
  public static final String ALL = "all";
}
