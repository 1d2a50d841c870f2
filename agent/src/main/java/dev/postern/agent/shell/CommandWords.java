package dev.postern.agent.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a POSIX shell does, without expanding anything: quotes,
 * double quotes, backslashes, comments at the start of a word. What NonInteractiveCommands are made
 * of (spec/agent-service.md section 5). Owned by one call.
 */
public final class CommandWords {
  private final String text;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private int at;

  private CommandWords(String text) {
    this.text = text;
  }

  /**
   * The words of a command line.
   *
   * @throws MalformedCommandException when a quote is not closed or the text ends in a backslash
   */
  public static List<String> split(String text) throws MalformedCommandException {
    CommandWords splitter = new CommandWords(text);
    splitter.run();
    return List.copyOf(splitter.words);
  }

  private void run() throws MalformedCommandException {
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case ' ', '\t', '\r', '\n' -> endWord();
        case '\'' -> singleQuoted();
        case '"' -> doubleQuoted();
        case '\\' -> escaped();
        case '#' -> {
          if (inWord) {
            add(c);
          } else {
            comment();
          }
        }
        default -> add(c);
      }
    }
    endWord();
  }

  private void add(char c) {
    inWord = true;
    word.append(c);
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }

  private void comment() {
    while (at < text.length() && text.charAt(at) != '\n') {
      at++;
    }
  }

  private void escaped() throws MalformedCommandException {
    char c = next("ends in a backslash");
    if (c != '\n') {
      add(c);
    }
  }

  private void singleQuoted() throws MalformedCommandException {
    inWord = true;
    for (char c = next(UNCLOSED); c != '\''; c = next(UNCLOSED)) {
      word.append(c);
    }
  }

  private void doubleQuoted() throws MalformedCommandException {
    inWord = true;
    for (char c = next(UNCLOSED); c != '"'; c = next(UNCLOSED)) {
      if (c != '\\') {
        word.append(c);
        continue;
      }
      char escaped = next(UNCLOSED);
      if (escaped == '\n') {
        continue;
      }
      if ("$`\"\\".indexOf(escaped) < 0) {
        word.append('\\');
      }
      word.append(escaped);
    }
  }

  private static final String UNCLOSED = "has a quote that is not closed";

  private char next(String otherwise) throws MalformedCommandException {
    if (at >= text.length()) {
      throw new MalformedCommandException("the command " + otherwise);
    }
    return text.charAt(at++);
  }
}
