package dev.postern.aws.credentials;

import java.util.ArrayList;
import java.util.List;

/** Splits {@code credential_process} as a POSIX shell splits words; nothing is expanded. */
final class CommandLine {
  private CommandLine() {}

  /**
   * @throws IllegalArgumentException when a quote is not closed
   */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean last = i + 1 == text.length();
      if (c == '\\' && quote != '\'' && !last) {
        char next = text.charAt(++i);
        word = word == null ? new StringBuilder() : word;
        if (quote == '"' && next != '"' && next != '\\') {
          word.append(c);
        }
        word.append(next);
      } else if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        word = word == null ? new StringBuilder() : word;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (word != null) {
          words.add(word.toString());
        }
        word = null;
      } else {
        word = word == null ? new StringBuilder() : word;
        word.append(c);
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote is not closed");
    }
    if (word != null) {
      words.add(word.toString());
    }
    return words;
  }
}
