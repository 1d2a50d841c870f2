package dev.postern.aws.xml;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An element of an answer: its name without prefix, its own text and its children. Attributes and
 * namespaces are passed over, as AWS's clients do.
 *
 * @param text the character data directly inside, untrimmed
 */
public record XmlElement(String name, String text, List<XmlElement> children) {
  public XmlElement {
    children = List.copyOf(children);
  }

  /**
   * Reads a document. Document types, processing instructions and entities other than the five
   * predefined ones are refused, so nothing is ever fetched or expanded.
   */
  public static XmlElement parse(byte[] document) throws MalformedXmlException {
    return new XmlParser(document).document();
  }

  /** The first child of that name. */
  public @Nullable XmlElement child(String childName) {
    for (XmlElement child : children) {
      if (child.name.equals(childName)) {
        return child;
      }
    }
    return null;
  }

  /** The text of the first child of that name. */
  public @Nullable String childText(String childName) {
    XmlElement child = child(childName);
    return child == null ? null : child.text;
  }
}
