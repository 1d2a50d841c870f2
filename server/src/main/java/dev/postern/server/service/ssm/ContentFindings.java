package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Collects what is wrong with the content of a document and refuses it with one {@code
 * InvalidDocumentContent} that lists everything: what, and at which node, as AWS's own validator
 * words it. For one thread.
 */
final class ContentFindings {
  /** Further findings are not told, so that an answer stays short. */
  static final int TOLD_MAX = 10;

  /** Longer values are cut where a message repeats them. */
  static final int ECHO_CHARACTERS_MAX = 100;

  private final List<String> findings = new ArrayList<>();

  /**
   * Adds one.
   *
   * @param node where, for example {@code /inputs}; the root is the empty text
   */
  void add(String node, String message) {
    if (findings.size() < TOLD_MAX) {
      findings.add(
          "[message: \""
              + message
              + "\" - parent node: "
              + (node.isEmpty() ? "/" : cut(node))
              + "]");
    }
  }

  boolean isEmpty() {
    return findings.isEmpty();
  }

  /** What was found, in one line. */
  String text() {
    return String.join(", ", findings);
  }

  /**
   * Throws when anything was found.
   *
   * @throws Fault {@code InvalidDocumentContent}
   */
  void verify() {
    if (!findings.isEmpty()) {
      throw refusal(text());
    }
  }

  static Fault refusal(String message) {
    return new Fault("InvalidDocumentContent", 400, message);
  }

  /** A caller's text as a message may repeat it. */
  static String quoted(String text) {
    return "\"" + cut(text) + "\"";
  }

  static String quoted(Iterable<String> texts) {
    List<String> quoted = new ArrayList<>();
    texts.forEach(text -> {
      if (quoted.size() < TOLD_MAX) {
        quoted.add(quoted(text));
      }
    });
    return quoted.stream().collect(Collectors.joining(",", "[", "]"));
  }

  static String cut(String text) {
    int end = text.offsetByCodePoints(0, Math.min(ECHO_CHARACTERS_MAX, codePoints(text)));
    return end < text.length() ? text.substring(0, end) + "..." : text;
  }

  static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }
}
