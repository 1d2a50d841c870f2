package dev.postern.aws.xml;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes elements one after the other. Owned by one thread. Characters that XML 1.0 cannot carry
 * become U+FFFD.
 */
public final class XmlWriter {
  private static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

  private final StringBuilder out = new StringBuilder(256).append(DECLARATION);
  private final Deque<String> openNames = new ArrayDeque<>();

  /** Begins a document. */
  public XmlWriter() {}

  public XmlWriter open(String name) {
    requireName(name);
    out.append('<').append(name).append('>');
    openNames.push(name);
    return this;
  }

  /** Opens an element whose namespace, and its children's, is the given one. */
  public XmlWriter open(String name, String namespace) {
    requireName(name);
    out.append('<').append(name).append(" xmlns=\"");
    escape(namespace);
    out.append("\">");
    openNames.push(name);
    return this;
  }

  /** An element with text only. */
  public XmlWriter element(String name, String text) {
    requireName(name);
    out.append('<').append(name).append('>');
    escape(text);
    out.append("</").append(name).append('>');
    return this;
  }

  /** Closes the element opened last. */
  public XmlWriter close() {
    if (openNames.isEmpty()) {
      throw new IllegalStateException("no element is open");
    }
    out.append("</").append(openNames.pop()).append('>');
    return this;
  }

  /**
   * The document in UTF-8.
   *
   * @throws IllegalStateException while an element is open
   */
  public byte[] toBytes() {
    if (!openNames.isEmpty()) {
      throw new IllegalStateException("still open: " + openNames.peek());
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void requireName(String name) {
    if (name.isEmpty() || !XmlParser.isNameStart(name.charAt(0))) {
      throw new IllegalArgumentException("no element name: " + name);
    }
    for (int i = 1; i < name.length(); i++) {
      if (!XmlParser.isNamePart(name.charAt(i))) {
        throw new IllegalArgumentException("no element name: " + name);
      }
    }
  }

  private void escape(String text) {
    text.codePoints().forEach(this::escape);
  }

  private void escape(int c) {
    switch (c) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\r' -> out.append("&#13;");
      default -> out.appendCodePoint(XmlParser.isAllowed(c) ? c : 0xfffd);
    }
  }
}
