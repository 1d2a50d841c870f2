package dev.postern.server;

import dev.postern.server.listener.AddressRange;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One key of the configuration, found in the types of {@link PosternConfig}. Immutable.
 *
 * @param path the record components that lead to the value
 */
record ConfigKey(List<RecordComponent> path) {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");

  /** Records that are one value. */
  private static final Set<Class<?>> VALUES = Set.of(ListenAddress.class);

  /** Every key, in the order of the types. */
  static List<ConfigKey> all() {
    List<ConfigKey> keys = new ArrayList<>();
    collect(PosternConfig.class, List.of(), keys);
    return keys;
  }

  private static void collect(Class<?> type, List<RecordComponent> path, List<ConfigKey> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      List<RecordComponent> longer = new ArrayList<>(path);
      longer.add(component);
      if (component.getType().isRecord() && !VALUES.contains(component.getType())) {
        collect(component.getType(), longer, keys);
      } else {
        keys.add(new ConfigKey(List.copyOf(longer)));
      }
    }
  }

  /** As the file spells it: {@code server.publicUrl}. */
  String name() {
    return path.stream().map(RecordComponent::getName).collect(Collectors.joining("."));
  }

  /** As the environment spells it: {@code POSTERN_SERVER_PUBLIC_URL}. */
  String variable() {
    String words = name().replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_');
    return "POSTERN_" + words.toUpperCase(Locale.ROOT);
  }

  /** Whether the value is a list; one text separates its elements by commas. */
  boolean isList() {
    return path.getLast().getType() == List.class;
  }

  /** The default as an operator would write it; empty where there is none. */
  Optional<String> defaultText() {
    Object value = PosternConfig.DEFAULTS;
    for (RecordComponent component : path) {
      value = valueOf(component, value);
    }
    return switch (value) {
      case Optional<?> none when none.isEmpty() -> Optional.empty();
      case List<?> none when none.isEmpty() -> Optional.empty();
      case Duration duration -> Optional.of(duration.toSeconds() + "s");
      case Enum<?> choice -> Optional.of(choice.name().toLowerCase(Locale.ROOT));
      default -> Optional.of(value.toString());
    };
  }

  /**
   * The configuration with this key's value replaced.
   *
   * @param directory what relative paths are relative to
   * @throws IllegalArgumentException with what is wrong with the text
   */
  PosternConfig set(PosternConfig config, String text, Path directory) {
    Object value = parse(path.getLast().getGenericType(), text, directory);
    return (PosternConfig) with(config, 0, value);
  }

  private Object with(Object record, int depth, Object value) {
    RecordComponent target = path.get(depth);
    Object replaced =
        depth == path.size() - 1 ? value : with(valueOf(target, record), depth + 1, value);
    RecordComponent[] components = record.getClass().getRecordComponents();
    Object[] arguments =
        Arrays.stream(components)
            .map(each -> each.getName().equals(target.getName()) ? replaced : valueOf(each, record))
            .toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return record.getClass().getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException refused) {
      if (refused.getCause() instanceof IllegalArgumentException wrong) {
        throw wrong;
      }
      throw new IllegalStateException(refused);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Object valueOf(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Object parse(Type type, String text, Path directory) {
    if (type instanceof ParameterizedType container) {
      Type content = container.getActualTypeArguments()[0];
      return container.getRawType() == List.class
          ? elements(content, text, directory)
          : Optional.of(parse(content, text, directory));
    }
    if (type instanceof Class<?> choice && choice.isEnum()) {
      return constant(choice, text);
    }
    return switch (type.getTypeName()) {
      case "java.lang.String" -> text;
      case "int" -> number(text);
      case "boolean" -> truth(text);
      case "java.time.Duration" -> duration(text);
      case "java.net.URI" -> url(text);
      case "java.nio.file.Path" -> path(text, directory);
      case "dev.postern.server.ListenAddress" -> ListenAddress.parse(text);
      case "dev.postern.server.listener.AddressRange" -> AddressRange.parse(text);
      default -> throw new IllegalStateException("no reader for " + type);
    };
  }

  private static List<Object> elements(Type type, String text, Path directory) {
    List<Object> elements = new ArrayList<>();
    for (String element : text.isBlank() ? new String[0] : text.split(",", -1)) {
      elements.add(parse(type, element.strip(), directory));
    }
    return List.copyOf(elements);
  }

  private static Object constant(Class<?> choice, String text) {
    for (Object constant : choice.getEnumConstants()) {
      if (constant.toString().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    String choices =
        Arrays.stream(choice.getEnumConstants())
            .map(each -> each.toString().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException("it must be one of " + choices);
  }

  private static Integer number(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("it is not a whole number");
    }
    return Integer.valueOf(text);
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("it must be true or false");
    };
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("it is not a number with s, m, h or d, like 90s");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static URI url(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException("it is not a URL", malformed);
    }
  }

  private static Path path(String text, Path directory) {
    try {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("it is empty");
      }
      return directory.resolve(text);
    } catch (InvalidPathException malformed) {
      throw new IllegalArgumentException("it is not a path", malformed);
    }
  }
}
