package dev.postern.aws.xml;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One reading of one document in UTF-8. Owned by one thread. */
final class XmlParser {
  private static final int DEPTH_MAX = 64;
  private static final int DOCUMENT_BYTES_MAX = 4 * 1024 * 1024;
  private static final int ENTITY_CHARACTERS_MAX = 10;

  private final String text;
  private int at;

  XmlParser(byte[] document) throws MalformedXmlException {
    if (document.length > DOCUMENT_BYTES_MAX) {
      throw new MalformedXmlException("the document is too long");
    }
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
    } catch (CharacterCodingException _) {
      throw new MalformedXmlException("the document is no UTF-8");
    }
  }

  XmlElement document() throws MalformedXmlException {
    if (text.startsWith("\ufeff")) {
      at = 1;
    }
    if (text.startsWith("<?xml", at)) {
      skipPast("?>");
    }
    skipMisc();
    XmlElement root = element(1);
    skipMisc();
    if (at != text.length()) {
      throw malformed("something follows the document");
    }
    return root;
  }

  private void skipMisc() throws MalformedXmlException {
    skipSpace();
    while (text.startsWith("<!--", at)) {
      skipPast("-->");
      skipSpace();
    }
  }

  private XmlElement element(int depth) throws MalformedXmlException {
    if (depth > DEPTH_MAX) {
      throw malformed("elements are nested too deep");
    }
    expect("<");
    String name = name();
    if (skipAttributes()) {
      return new XmlElement(localName(name), "", List.of());
    }
    var own = new StringBuilder();
    List<XmlElement> children = new ArrayList<>();
    while (!text.startsWith("</", at)) {
      if (text.startsWith("<!--", at)) {
        skipPast("-->");
      } else if (text.startsWith("<![CDATA[", at)) {
        at += "<![CDATA[".length();
        int start = at;
        skipPast("]]>");
        own.append(text, start, at - "]]>".length());
      } else if (current() == '<') {
        children.add(element(depth + 1));
      } else {
        characters(own);
      }
    }
    expect("</");
    if (!name().equals(name)) {
      throw malformed("an element is closed by another's name");
    }
    skipSpace();
    expect(">");
    return new XmlElement(localName(name), own.toString(), children);
  }

  /** True when the element ends here, as {@code <a/>}. */
  private boolean skipAttributes() throws MalformedXmlException {
    while (true) {
      int before = at;
      skipSpace();
      if (text.startsWith("/>", at)) {
        at += 2;
        return true;
      }
      if (current() == '>') {
        at++;
        return false;
      }
      if (at == before) {
        throw malformed("no space before an attribute");
      }
      name();
      skipSpace();
      expect("=");
      skipSpace();
      char quote = current();
      if (quote != '"' && quote != '\'') {
        throw malformed("an attribute without quotes");
      }
      at++;
      skipPast(String.valueOf(quote));
    }
  }

  private void characters(StringBuilder own) throws MalformedXmlException {
    char c = current();
    if (c == '&') {
      int end = text.indexOf(';', at);
      if (end < 0 || end - at > ENTITY_CHARACTERS_MAX) {
        throw malformed("an unknown entity");
      }
      own.appendCodePoint(entity(text.substring(at + 1, end)));
      at = end + 1;
    } else {
      own.append(c);
      at++;
    }
  }

  private int entity(String name) throws MalformedXmlException {
    return switch (name) {
      case "amp" -> '&';
      case "lt" -> '<';
      case "gt" -> '>';
      case "quot" -> '"';
      case "apos" -> '\'';
      default -> {
        if (!name.startsWith("#")) {
          throw malformed("an unknown entity");
        }
        boolean hex = name.startsWith("#x");
        try {
          int c = Integer.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10);
          if (isAllowed(c)) {
            yield c;
          }
        } catch (NumberFormatException _) {
          // refused below, as every other number that names no character
        }
        throw malformed("a number that names no character");
      }
    };
  }

  private String name() throws MalformedXmlException {
    int start = at;
    if (!isNameStart(current())) {
      throw malformed("no name");
    }
    while (at < text.length() && (isNamePart(text.charAt(at)) || text.charAt(at) == ':')) {
      at++;
    }
    return text.substring(start, at);
  }

  private static String localName(String name) {
    return name.substring(name.lastIndexOf(':') + 1);
  }

  private char current() throws MalformedXmlException {
    if (at >= text.length()) {
      throw malformed("the document ends early");
    }
    return text.charAt(at);
  }

  private void expect(String token) throws MalformedXmlException {
    if (!text.startsWith(token, at)) {
      throw malformed("no " + token);
    }
    at += token.length();
  }

  private void skipPast(String token) throws MalformedXmlException {
    int end = text.indexOf(token, at);
    if (end < 0) {
      throw malformed("the document ends early");
    }
    at = end + token.length();
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private MalformedXmlException malformed(String what) {
    return new MalformedXmlException(what + " at character " + at);
  }

  static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static boolean isNamePart(char c) {
    return isNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  }

  /** The characters of XML 1.0. */
  static boolean isAllowed(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c <= 0xd7ff)
        || (c >= 0xe000 && c <= 0xfffd)
        || (c >= 0x10000 && c <= 0x10ffff);
  }
}
