package dev.postern.aws.credentials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of AWS's configuration format: {@code [section]}, {@code key = value}, comments by {@code
 * #} or {@code ;}, and indented lines that are a nested section of the key above them. Keys are in
 * lower case, a nested key is {@code key.nested}, values are as written. Immutable.
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
      String content = line.stripTrailing();
      if (content.isBlank() || isComment(content)) {
        continue;
      }
      boolean nested = Character.isWhitespace(content.charAt(0));
      content = content.strip();
      if (!nested && content.startsWith("[") && content.endsWith("]")) {
        String name = sectionName(content.substring(1, content.length() - 1));
        section = sections.computeIfAbsent(name, _ -> new LinkedHashMap<>());
        parent = null;
        continue;
      }
      int separator = separator(content);
      if (section == null || separator <= 0 || (nested && parent == null)) {
        // a value's text may be a secret, so the line is named and not shown
        throw new IOException(fileName + ", line " + number + ": expected key = value");
      }
      String key = content.substring(0, separator).strip().toLowerCase(Locale.ROOT);
      section.put(nested ? parent + "." + key : key, content.substring(separator + 1).strip());
      parent = nested ? parent : key;
    }
    return new IniFile(sections);
  }

  /** Only whole lines are comments, as in botocore: a value may hold either sign. */
  private static boolean isComment(String line) {
    String start = line.stripLeading();
    return start.startsWith("#") || start.startsWith(";");
  }

  /** {@code profile "my name"} is {@code profile my name}. */
  private static String sectionName(String header) {
    try {
      return String.join(" ", CommandLine.split(header));
    } catch (IllegalArgumentException _) {
      // an apostrophe in a name: it is meant as it stands
      return header.strip();
    }
  }

  private static int separator(String line) {
    int equals = line.indexOf('=');
    int colon = line.indexOf(':');
    return colon < 0 || (equals >= 0 && equals < colon) ? equals : colon;
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
