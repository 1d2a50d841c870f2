package dev.postern.client.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The AWS CLI's config file, of which one profile is changed. Everything else in it stays as it is
 * written.
 */
public final class AwsConfig {
  private static final String DEFAULT = "default";
  private static final long FILE_BYTES_MAX = 1024 * 1024;

  private final Path file;

  public AwsConfig(Path file) {
    this.file = file;
  }

  /** AWS_CONFIG_FILE, else {@code ~/.aws/config}. */
  public static AwsConfig of(Map<String, String> environment) {
    String named = environment.getOrDefault("AWS_CONFIG_FILE", "");
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    if (named.isBlank()) {
      return new AwsConfig(Path.of(home, ".aws", "config"));
    }
    return new AwsConfig(
        named.startsWith("~/") ? Path.of(home, named.substring(2)) : Path.of(named));
  }

  public Path file() {
    return file;
  }

  /**
   * A profile as it is written in the file.
   *
   * @throws IOException when a value has line breaks or other control characters
   */
  public static List<String> lines(String profile, Map<String, String> settings)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("[" + section(profile) + "]");
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      if (setting.getValue().chars().anyMatch(Character::isISOControl)) {
        throw new IOException("a config file cannot hold this " + setting.getKey());
      }
      lines.add(setting.getKey() + " = " + setting.getValue());
    }
    return lines;
  }

  private static String section(String profile) {
    return profile.equals(DEFAULT) ? DEFAULT : "profile " + profile;
  }

  /**
   * Writes settings of a profile, which is added where it is missing; its other settings stay.
   *
   * @throws IOException when the file cannot be read or written; then it is as it was
   */
  public void write(String profile, Map<String, String> settings) throws IOException {
    // A file that is kept elsewhere and linked here stays linked.
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    List<String> wanted = lines(profile, settings);
    List<String> content = read(target);
    int header = header(content, profile);
    if (header < 0) {
      if (!content.isEmpty() && !content.getLast().isBlank()) {
        content.add("");
      }
      content.addAll(wanted);
    } else {
      change(content, header, settings);
    }
    Set<PosixFilePermission> mode = PrivateFile.OWNER_ONLY;
    if (Files.exists(target)) {
      mode = Files.getPosixFilePermissions(target);
    } else {
      PrivateFile.createFolders(Objects.requireNonNull(target.getParent()));
    }
    String text = String.join("\n", content) + "\n";
    PrivateFile.replace(target, text.getBytes(StandardCharsets.UTF_8), mode);
  }

  private static List<String> read(Path target) throws IOException {
    try {
      if (Files.size(target) > FILE_BYTES_MAX) {
        throw new IOException(target + " is too large for a configuration file");
      }
      return new ArrayList<>(Files.readAllLines(target));
    } catch (NoSuchFileException _) {
      return new ArrayList<>();
    } catch (java.nio.charset.CharacterCodingException foreign) {
      throw new IOException(target + " is not UTF-8", foreign);
    }
  }

  /** The index of the line, -1 when there is none. */
  private static int header(List<String> content, String profile) {
    for (int i = 0; i < content.size(); i++) {
      String name = sectionName(content.get(i));
      if (name.equals("profile " + profile) || name.equals(section(profile))) {
        return i;
      }
    }
    return -1;
  }

  /** Empty when the line begins no section. */
  private static String sectionName(String line) {
    String text = line.stripTrailing();
    if (!text.startsWith("[") || !text.endsWith("]")) {
      return "";
    }
    String name = text.substring(1, text.length() - 1).replaceAll("[\"']", "");
    return name.strip().replaceAll("\\s+", " ");
  }

  private static void change(List<String> content, int header, Map<String, String> settings) {
    Map<String, String> missing = new LinkedHashMap<>(settings);
    int line = header + 1;
    for (; line < content.size() && sectionName(content.get(line)).isEmpty(); line++) {
      String text = content.get(line);
      boolean nested = !text.isEmpty() && Character.isWhitespace(text.charAt(0));
      if (!nested) {
        // Python's reader, and so the AWS CLI, takes either sign.
        String key = text.split("[=:]", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (missing.containsKey(key)) {
          content.set(line, key + " = " + missing.remove(key));
        }
      }
    }
    List<String> added = new ArrayList<>();
    missing.forEach((key, value) -> added.add(key + " = " + value));
    content.addAll(header + 1, added);
  }
}
