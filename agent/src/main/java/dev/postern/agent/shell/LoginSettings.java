package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What this machine's administrator set for logins, from the files that {@code su -l} and its
 * pam_env read. Read anew for each session. Immutable.
 *
 * @param pathOfRoot programs of root
 * @param pathOfOthers programs of everybody else
 * @param mailDirectory empty where none is set
 * @param umask octal digits
 * @param variables for everybody, and stronger than what follows from the account
 */
record LoginSettings(
    String pathOfRoot,
    String pathOfOthers,
    String mailDirectory,
    String umask,
    Map<String, String> variables) {
  private static final Path ETC = Path.of("/etc");
  private static final String PATH_OF_ROOT =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String PATH_OF_OTHERS =
      "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
  private static final String UMASK = "022";

  /** Later ones win. The second is Debian's and absent elsewhere. */
  private static final List<String> ENVIRONMENT_FILES = List.of("environment", "default/locale");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String EXPORT = "export ";

  LoginSettings {
    variables = Map.copyOf(variables);
  }

  static LoginSettings read() throws IOException {
    return read(ETC);
  }

  static LoginSettings read(Path etc) throws IOException {
    Map<String, String> defaults = loginDefaults(lines(etc.resolve("login.defs")));
    Map<String, String> variables = new LinkedHashMap<>();
    for (String file : ENVIRONMENT_FILES) {
      variables.putAll(environment(lines(etc.resolve(file))));
    }
    String umask = defaults.getOrDefault("UMASK", UMASK);
    return new LoginSettings(
        path(defaults, PATH_OF_ROOT, "ENV_ROOTPATH", "ENV_SUPATH"),
        path(defaults, PATH_OF_OTHERS, "ENV_PATH"),
        defaults.getOrDefault("MAIL_DIR", ""),
        umask.matches("[0-7]{1,4}") ? umask : UMASK,
        variables);
  }

  private static String path(Map<String, String> defaults, String otherwise, String... names) {
    for (String name : names) {
      String value = defaults.get(name);
      if (value != null) {
        return value.startsWith("PATH=") ? value.substring("PATH=".length()) : value;
      }
    }
    return otherwise;
  }

  /** A name, white space, a value that may stand in quotes. */
  private static Map<String, String> loginDefaults(List<String> lines) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : lines) {
      String[] words = line.strip().split("\\s+", 2);
      if (words.length == 2 && !words[0].startsWith("#")) {
        values.put(words[0], words[1].replace("\"", "").strip());
      }
    }
    return values;
  }

  /**
   * As pam_env reads it, except that it trims the ends of lines: {@code NAME=value}, perhaps after
   * {@code export}, in quotes that are taken away and hide nothing, not even a comment. What has no
   * name that a shell could export is passed over.
   */
  private static Map<String, String> environment(List<String> lines) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String line : joined(lines)) {
      String text = line.strip();
      if (text.startsWith(EXPORT)) {
        text = text.substring(EXPORT.length());
      }
      int comment = text.indexOf('#');
      text = comment < 0 ? text : text.substring(0, comment).stripTrailing();
      int equals = text.indexOf('=');
      if (equals > 0 && VARIABLE.matcher(text.substring(0, equals)).matches()) {
        variables.put(text.substring(0, equals), unquoted(text.substring(equals + 1)));
      }
    }
    return variables;
  }

  /** The last character of a line that is a backslash joins it with the next one. */
  private static List<String> joined(List<String> lines) {
    List<String> whole = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    for (String line : lines) {
      if (line.endsWith("\\")) {
        current.append(line, 0, line.length() - 1);
      } else {
        whole.add(current.append(line).toString());
        current.setLength(0);
      }
    }
    whole.add(current.toString());
    return whole;
  }

  private static String unquoted(String value) {
    if (!value.startsWith("\"") && !value.startsWith("'")) {
      return value;
    }
    boolean closed = value.length() > 1 && (value.endsWith("\"") || value.endsWith("'"));
    return value.substring(1, value.length() - (closed ? 1 : 0));
  }

  private static List<String> lines(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      return List.of();
    }
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
  }
}
