package dev.postern.server;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a {@link PosternConfig}, key by key, so that every complaint names the key and its place.
 * For one use by one thread.
 */
final class ConfigReader {
  /** Variables of ours that are no keys. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "POSTERN_HOME",
          "POSTERN_DATA",
          "POSTERN_CONFIG",
          DataDirectory.MASTER_KEY_VARIABLE,
          MasterKeyRotation.NEW_KEY_VARIABLE);

  /** Names that differ in more letters are not taken for slips of the pen. */
  private static final int SLIP_MAX = 2;

  private static final int FILE_BYTES_MAX = 1 << 20;

  private final List<ConfigKey> keys = ConfigKey.all();
  private PosternConfig config = PosternConfig.DEFAULTS;

  PosternConfig load(
      Optional<Path> file, Map<String, String> environment, Map<String, String> options) {
    file.ifPresent(this::readFile);
    readEnvironment(environment);
    Path here = Path.of("").toAbsolutePath();
    new TreeMap<>(options).forEach((name, text) -> set(name, text, here, "the command line"));
    PosternConfig.Tls tls = config.server().tls();
    if (tls.certificate().isPresent() != tls.key().isPresent()) {
      throw new StartFailure(
          "server.tls.certificate and server.tls.key belong together: set both or neither");
    }
    return config;
  }

  private void readFile(Path file) {
    Optional<Node> root;
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new StartFailure(file + " is too large for a configuration file");
      }
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      root = new Compose(settings).composeString(Files.readString(file));
    } catch (NoSuchFileException absent) {
      throw new StartFailure("there is no configuration file " + file, absent);
    } catch (CharacterCodingException malformed) {
      throw new StartFailure(file + " is not UTF-8 text", malformed);
    } catch (IOException failure) {
      throw new StartFailure("cannot read " + file + ": " + failure.getMessage(), failure);
    } catch (MarkedYamlEngineException malformed) {
      String place =
          malformed.getProblemMark().map(mark -> " line " + (mark.getLine() + 1)).orElse("");
      throw new StartFailure(file + place + ": " + malformed.getProblem(), malformed);
    } catch (YamlEngineException | IllegalArgumentException malformed) {
      // The second is what the library throws for some tags and escapes.
      throw new StartFailure(
          file + ": " + String.valueOf(malformed.getMessage()).lines().findFirst().orElse(""),
          malformed);
    }
    root.filter(node -> !node.getTag().equals(Tag.NULL))
        .ifPresent(node -> readNode(file, "", node, new HashSet<>()));
  }

  private void readNode(Path file, String name, Node node, Set<String> seen) {
    String place = place(file, node);
    boolean isSection = name.isEmpty() || names().anyMatch(key -> key.startsWith(name + "."));
    if (node instanceof ScalarNode scalar && !isSection) {
      if (scalar.getTag().equals(Tag.NULL)) {
        throw new StartFailure(place + ": " + name + " has no value");
      }
      Path absolute = file.toAbsolutePath();
      Path directory = absolute.getParent() == null ? absolute : absolute.getParent();
      set(name, scalar.getValue(), directory, place);
      return;
    }
    if (!isSection && names().noneMatch(name::equals)) {
      throw new StartFailure(place + ": unknown key " + name + hint(name, namesAndSections()));
    }
    if (node instanceof SequenceNode sequence && isList(name)) {
      readList(file, name, sequence);
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      String wanted = isSection ? "must hold keys" : "must be one value";
      String subject = name.isEmpty() ? "the file" : name;
      throw new StartFailure(place + ": " + subject + " " + wanted);
    }
    if (!isSection) {
      throw new StartFailure(place + ": " + name + " must be one value");
    }
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw new StartFailure(place(file, entry.getKeyNode()) + ": a key must be a plain word");
      }
      String longer = name.isEmpty() ? key.getValue() : name + "." + key.getValue();
      if (!seen.add(longer)) {
        throw new StartFailure(place(file, key) + ": " + longer + " is there twice");
      }
      readNode(file, longer, entry.getValueNode(), seen);
    }
  }

  private boolean isList(String name) {
    return keys.stream().anyMatch(key -> key.name().equals(name) && key.isList());
  }

  private void readList(Path file, String name, SequenceNode sequence) {
    var texts = new StringJoiner(",");
    for (Node element : sequence.getValue()) {
      if (!(element instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
        throw new StartFailure(place(file, element) + ": " + name + " must hold plain values");
      }
      texts.add(scalar.getValue());
    }
    set(name, texts.toString(), file.toAbsolutePath(), place(file, sequence));
  }

  private static String place(Path file, Node node) {
    return file + node.getStartMark().map(mark -> " line " + (mark.getLine() + 1)).orElse("");
  }

  private void readEnvironment(Map<String, String> environment) {
    Path here = Path.of("").toAbsolutePath();
    List<String> variables = keys.stream().map(ConfigKey::variable).toList();
    new TreeMap<>(environment)
        .forEach((variable, text) -> {
          int key = variables.indexOf(variable);
          if (key >= 0) {
            set(keys.get(key).name(), text, here, "environment variable " + variable);
          } else if (looksLikeKey(variable, variables)) {
            throw new StartFailure(
                "unknown environment variable " + variable + hint(variable, variables));
          }
        });
  }

  /** Others begin with POSTERN_ too: container platforms make such variables for services. */
  private static boolean looksLikeKey(String variable, List<String> variables) {
    if (!variable.startsWith("POSTERN_") || OTHER_VARIABLES.contains(variable)) {
      return false;
    }
    return variables.stream()
        .anyMatch(known ->
            Slips.distance(known, variable) <= SLIP_MAX
                || (known.indexOf('_', "POSTERN_".length()) > 0
                    && variable.startsWith(
                        known.substring(0, known.indexOf('_', "POSTERN_".length()) + 1))));
  }

  private List<String> namesAndSections() {
    Stream<String> sections =
        names().filter(key -> key.contains(".")).map(key -> key.substring(0, key.lastIndexOf('.')));
    return Stream.concat(names(), sections).distinct().toList();
  }

  private Stream<String> names() {
    return keys.stream().map(ConfigKey::name);
  }

  private void set(String name, String text, Path directory, String place) {
    ConfigKey key =
        keys.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new StartFailure(place + ": unknown key " + name + hint(name, names().toList())));
    try {
      config = key.set(config, text, directory);
    } catch (IllegalArgumentException wrong) {
      throw new StartFailure(
          place + ": " + name + ": \"" + text + "\": " + wrong.getMessage(), wrong);
    }
  }

  private static String hint(String name, List<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(each -> Slips.distance(each, name)))
        .filter(each -> Slips.distance(each, name) <= Math.max(SLIP_MAX, name.length() / 3))
        .map(each -> "; did you mean " + each + "?")
        .orElse("");
  }
}
