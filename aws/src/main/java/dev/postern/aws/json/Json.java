package dev.postern.aws.json;

import dev.postern.aws.Timestamps;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON 1.1 bodies as trees of {@code Map<String, Object>} in order, {@code List<Object>}, {@code
 * String}, {@code Long}, {@code BigDecimal} and {@code Boolean}. As AWS does, a member that is null
 * counts as absent; null in a list is refused, and so is a member that comes twice. Safe for use by
 * many threads.
 */
public final class Json {
  /** Objects and lists inside each other. */
  public static final int DEPTH_MAX = 64;

  /** Bytes that {@link #read} looks at; callers have smaller limits for what they let in. */
  public static final int DOCUMENT_BYTES_MAX = 16 * 1024 * 1024;

  private static final int NUMBER_CHARACTERS_MAX = 400;
  private static final int NUMBER_SCALE_MAX = 400;
  private static final int NAME_CHARACTERS_MAX = 1024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxDocumentLength(DOCUMENT_BYTES_MAX)
                  .maxStringLength(DOCUMENT_BYTES_MAX)
                  .maxNameLength(NAME_CHARACTERS_MAX)
                  .maxNumberLength(NUMBER_CHARACTERS_MAX)
                  .build())
          .build();

  private Json() {}

  /**
   * Reads a document that is one object. An empty one, as some clients send, counts as {@code {}}.
   */
  public static Map<String, Object> readObject(byte[] json) throws MalformedJsonException {
    if (json.length == 0) {
      return new LinkedHashMap<>();
    }
    try (JsonParser parser = parser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedJsonException("the document is no object");
      }
      Map<String, Object> object = object(parser);
      requireEnd(parser);
      return object;
    } catch (JacksonException malformed) {
      throw refusal(malformed);
    }
  }

  public static Map<String, Object> readObject(String json) throws MalformedJsonException {
    return readObject(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads any document but null. */
  public static Object read(byte[] json) throws MalformedJsonException {
    try (JsonParser parser = parser(json)) {
      JsonToken token = parser.nextToken();
      Object value = token == null ? null : value(parser, token);
      if (value == null) {
        throw new MalformedJsonException("the document is empty");
      }
      requireEnd(parser);
      return value;
    } catch (JacksonException malformed) {
      throw refusal(malformed);
    }
  }

  private static JsonParser parser(byte[] json) throws MalformedJsonException {
    if (json.length > DOCUMENT_BYTES_MAX) {
      throw new MalformedJsonException("the document is too long");
    }
    return FACTORY.createParser(ObjectReadContext.empty(), json);
  }

  /** Jackson's own text quotes the document, which may hold secrets: only the place is told. */
  private static MalformedJsonException refusal(JacksonException cause) {
    var location = cause.getLocation();
    long offset = location == null ? -1 : location.getByteOffset();
    return new MalformedJsonException(
        offset < 0 ? "no JSON within the limits" : "no JSON within the limits at byte " + offset);
  }

  private static void requireEnd(JsonParser parser) throws MalformedJsonException {
    if (parser.nextToken() != null) {
      throw new MalformedJsonException("something follows the document");
    }
  }

  private static Map<String, Object> object(JsonParser parser) throws MalformedJsonException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    boolean anyNull = false;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_OBJECT;
        token = parser.nextToken()) {
      if (token != JsonToken.PROPERTY_NAME) {
        throw new MalformedJsonException("the document ends early");
      }
      String name = wellFormed(parser.currentName());
      if (members.containsKey(name)) {
        throw new MalformedJsonException("a member comes twice");
      }
      JsonToken valueToken = parser.nextToken();
      if (valueToken == null) {
        throw new MalformedJsonException("the document ends early");
      }
      Object value = value(parser, valueToken);
      anyNull |= value == null;
      members.put(name, value);
    }
    return present(members, anyNull);
  }

  @SuppressWarnings("NullAway") // what is null has just been taken out
  private static Map<String, Object> present(
      Map<String, @Nullable Object> members, boolean anyNull) {
    if (anyNull) {
      members.values().removeIf(value -> value == null);
    }
    return members;
  }

  private static List<Object> list(JsonParser parser) throws MalformedJsonException {
    List<Object> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      Object value = token == null ? null : value(parser, token);
      if (value == null) {
        throw new MalformedJsonException("null in a list");
      }
      elements.add(value);
    }
    return elements;
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token)
      throws MalformedJsonException {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> list(parser);
      case VALUE_STRING -> wellFormed(parser.getString());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> decimal(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new MalformedJsonException("the document ends early");
    };
  }

  private static Object integer(JsonParser parser) {
    return switch (parser.getNumberType()) {
      case INT, LONG -> parser.getLongValue();
      default -> new BigDecimal(parser.getBigIntegerValue());
    };
  }

  /** Written out without exponent a number takes as many bytes as its scale says. */
  private static BigDecimal decimal(JsonParser parser) throws MalformedJsonException {
    BigDecimal value;
    try {
      value = parser.getDecimalValue();
    } catch (NumberFormatException _) {
      throw new MalformedJsonException("a number is out of range");
    }
    if (value.scale() > NUMBER_SCALE_MAX || value.scale() < -NUMBER_SCALE_MAX) {
      throw new MalformedJsonException("a number is out of range");
    }
    return value;
  }

  /** Escapes can spell half a surrogate pair, which no encoding of text can carry on. */
  private static String wellFormed(String text) throws MalformedJsonException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new MalformedJsonException("half a surrogate pair");
      }
    }
    return text;
  }

  /**
   * Writes a tree. Besides what {@link #read} gives it takes any integer type, {@code Instant}
   * (epoch seconds) and {@code byte[]} (base64); members that are null are left out.
   *
   * @throws IllegalArgumentException for any other type, or a tree that is too deep
   */
  public static byte[] write(Object tree) {
    var out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      write(generator, tree, 0);
    }
    return out.toByteArray();
  }

  public static String writeString(Object tree) {
    return new String(write(tree), StandardCharsets.UTF_8);
  }

  private static void write(JsonGenerator generator, @Nullable Object value, int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException("the tree is too deep");
    }
    switch (value) {
      case null -> generator.writeNull();
      case Map<?, ?> members -> writeObject(generator, members, depth);
      case Iterable<?> elements -> {
        generator.writeStartArray();
        for (Object element : elements) {
          write(generator, element, depth + 1);
        }
        generator.writeEndArray();
      }
      case String text -> generator.writeString(text);
      case Boolean flag -> generator.writeBoolean(flag);
      case Long number -> generator.writeNumber(number);
      case Integer number -> generator.writeNumber(number);
      case Short number -> generator.writeNumber(number);
      case BigInteger number -> generator.writeNumber(number);
      case BigDecimal number -> generator.writeNumber(number.toPlainString());
      case Double number -> generator.writeNumber(BigDecimal.valueOf(number).toPlainString());
      case Instant instant ->
          generator.writeNumber(Timestamps.epochSeconds(instant).toPlainString());
      case byte[] bytes -> generator.writeBinary(bytes);
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void writeObject(JsonGenerator generator, Map<?, ?> members, int depth) {
    generator.writeStartObject();
    for (Map.Entry<?, ?> member : members.entrySet()) {
      if (!(member.getKey() instanceof String name)) {
        throw new IllegalArgumentException("a member's name is no text");
      }
      Object value = member.getValue();
      if (value != null) {
        generator.writeName(name);
        write(generator, value, depth + 1);
      }
    }
    generator.writeEndObject();
  }
}
