package dev.postern.server.service.ec2;

import org.jspecify.annotations.Nullable;

/** How many results a Describe operation answers with at most. */
final class PageSize {
  private static final int MIN = 5;
  private static final int MAX = 1000;

  private PageSize() {}

  /** Refuses what is out of AWS's bounds. */
  static void verify(@Nullable Integer maxResults) {
    if (maxResults != null && maxResults < MIN) {
      throw Ec2Operation.invalid(text(maxResults) + "Expecting a value greater than " + MIN + ".");
    }
    if (maxResults != null && maxResults > MAX) {
      throw Ec2Operation.invalid(text(maxResults) + "Expecting a value less than " + MAX + ".");
    }
  }

  private static String text(int maxResults) {
    return "Value ( " + maxResults + " ) for parameter maxResults is invalid. ";
  }

  /** Where none is asked for, as many as a page may have. */
  static int of(@Nullable Integer maxResults) {
    return maxResults == null ? MAX : maxResults;
  }
}
