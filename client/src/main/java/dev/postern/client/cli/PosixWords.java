package dev.postern.client.cli;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes an argument list as one line that POSIX word splitting turns back into exactly that list,
 * whatever the arguments hold. The agent splits such a line itself; no shell is involved.
 */
final class PosixWords {
  private static final String PLAIN = "%+,-./:=@_";

  private PosixWords() {}

  static String join(List<String> arguments) {
    return arguments.stream().map(PosixWords::quote).collect(Collectors.joining(" "));
  }

  private static String quote(String argument) {
    if (!argument.isEmpty() && argument.chars().allMatch(PosixWords::isPlain)) {
      return argument;
    }
    // Two braces side by side would be taken for a parameter of the document.
    return "'" + argument.replace("'", "'\\''").replace("{{", "{''{").replace("{{", "{''{") + "'";
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }
}
