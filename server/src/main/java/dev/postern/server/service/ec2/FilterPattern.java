package dev.postern.server.service.ec2;

/**
 * A value of a filter: {@code *} stands for any run of characters, {@code ?} for one, and a
 * backslash takes their meaning away. Matching takes at most pattern times text steps.
 *
 * @param text as it was given
 */
record FilterPattern(String text) {
  boolean matches(String value) {
    int p = 0;
    int v = 0;
    int run = -1;
    int runEnd = 0;
    while (v < value.length()) {
      if (p < text.length() && text.charAt(p) == '*') {
        run = p++;
        runEnd = v;
      } else if (p < text.length() && takes(p, value.charAt(v))) {
        p += width(p);
        v++;
      } else if (run >= 0) {
        // Only the last run is ever widened: what an earlier one took stays right.
        p = run + 1;
        v = ++runEnd;
      } else {
        return false;
      }
    }
    while (p < text.length() && text.charAt(p) == '*') {
      p++;
    }
    return p == text.length();
  }

  private boolean takes(int p, char c) {
    return width(p) == 2 ? text.charAt(p + 1) == c : text.charAt(p) == '?' || text.charAt(p) == c;
  }

  private int width(int p) {
    return text.charAt(p) == '\\' && p + 1 < text.length() ? 2 : 1;
  }
}
