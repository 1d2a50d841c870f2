package dev.postern.server;

import java.util.Locale;

/** How far a word is from another one, for "did you mean". */
final class Slips {
  private Slips() {}

  /** The fewest letters to add, leave out or replace; case does not count. */
  static int distance(String known, String written) {
    String a = known.toLowerCase(Locale.ROOT);
    String b = written.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
