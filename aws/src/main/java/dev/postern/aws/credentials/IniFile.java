package dev.postern.aws.credentials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of AWS's configuration format: {@code [section]}, {@code key = value}, comments by {@code
 * #} or {@code ;}, and indented lines that are a nested section of the key above them. Keys and
 * values as written; a nested key is {@code key.nested}. Immutable.
 */
record IniFile(Map<String, Map<String, String>> sections) {
  private static final long FILE_BYTES_MAX = 1024 * 1024;

  /** A file that is not there has no sections. */
  static IniFile read(Path file) throws IOException {
    byte[] bytes;
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IOException(file + " is too large for a configuration file");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException _) {
      return new IniFile(Map.of());
    }
    return parse(new String(bytes, StandardCharsets.UTF_8), file.toString());
  }

  static IniFile parse(String text, String fileName) throws IOException {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    Map<String, String> section = null;
    String parent = null;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String content = withoutComment(line).stripTrailing();
      if (content.isBlank()) {
        continue;
      }
      boolean nested = Character.isWhitespace(content.charAt(0));
      content = content.strip();
      if (!nested && content.startsWith("[") && content.endsWith("]")) {
        String name = content.substring(1, content.length() - 1).strip();
        section = sections.computeIfAbsent(name, _ -> new LinkedHashMap<>());
        parent = null;
        continue;
      }
      int equals = content.indexOf('=');
      if (section == null || equals <= 0 || (nested && parent == null)) {
        // a value's text may be a secret, so the line is named and not shown
        throw new IOException(fileName + ", line " + number + ": expected key = value");
      }
      String key = content.substring(0, equals).strip();
      section.put(nested ? parent + "." + key : key, content.substring(equals + 1).strip());
      parent = nested ? parent : key;
    }
    return new IniFile(sections);
  }

  /** Comments are whole lines, or begin after white space: a secret may hold either sign. */
  private static String withoutComment(String line) {
    String start = line.stripLeading();
    if (start.startsWith("#") || start.startsWith(";")) {
      return "";
    }
    for (int i = 1; i < line.length(); i++) {
      char c = line.charAt(i);
      if ((c == '#' || c == ';') && Character.isWhitespace(line.charAt(i - 1))) {
        return line.substring(0, i);
      }
    }
    return line;
  }

  @Nullable Map<String, String> section(String name) {
    return sections.get(name);
  }

  /** Without any value. */
  @Override
  public String toString() {
    return "IniFile" + sections.keySet();
  }
}
