package dev.postern.wire.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.wire.message.MalformedMessageException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
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
 * Reads and writes JSON as trees of {@link JsonObject}, {@code List}, {@code String}, {@code Long},
 * {@code BigDecimal}, {@code Boolean} and null, within limits that fit messages of this protocol.
 */
public final class Json {
  /** The longest text that is read, in bytes. */
  public static final int LENGTH_BYTES_MAX = 1 << 20;

  /** The deepest nesting that is read or written. */
  public static final int DEPTH_MAX = 64;

  private static final int NUMBER_LENGTH_MAX = 64;
  private static final int SCALE_MAX = 1000;
  private static final int NAME_LENGTH_MAX = 4096;
  private static final int TOKENS_MAX = 200_000;

  private static final char REPLACEMENT = '\ufffd';

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxDocumentLength(LENGTH_BYTES_MAX)
                  .maxStringLength(LENGTH_BYTES_MAX)
                  .maxNumberLength(NUMBER_LENGTH_MAX)
                  .maxNameLength(NAME_LENGTH_MAX)
                  .maxTokenCount(TOKENS_MAX)
                  .build())
          .build();

  private Json() {}

  /** Reads the remaining bytes, whose position does not change, as one JSON object. */
  public static JsonObject readObject(ByteBuffer utf8) throws MalformedMessageException {
    if (utf8.remaining() > LENGTH_BYTES_MAX) {
      throw new MalformedMessageException("JSON text is too long");
    }
    byte[] bytes = new byte[utf8.remaining()];
    utf8.get(utf8.position(), bytes);
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedMessageException("JSON text is not an object");
      }
      JsonObject object = object(parser);
      if (parser.nextToken() != null) {
        throw new MalformedMessageException("JSON text goes on after its object");
      }
      return object;
    } catch (JacksonException e) {
      // The parser's own text may quote what it read, so only the kind of failure is kept.
      throw new MalformedMessageException("JSON text: " + e.getClass().getSimpleName());
    }
  }

  public static JsonObject readObject(String text) throws MalformedMessageException {
    return readObject(UTF_8.encode(text));
  }

  private static JsonObject object(JsonParser parser) throws MalformedMessageException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = wellFormed(parser.currentName());
      Object value = value(parser, parser.nextToken());
      // A repeated name takes its last place: JsonObject looks from the end.
      members.remove(name);
      members.put(name, value);
    }
    return new JsonObject(members);
  }

  private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token)
      throws MalformedMessageException {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> wellFormed(parser.getString());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> decimal(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case null, default -> throw new MalformedMessageException("JSON text ends early");
    };
  }

  /** No number of this protocol comes near the limit, and the peers' own numbers end at 1e308. */
  private static BigDecimal decimal(String digits) throws MalformedMessageException {
    try {
      BigDecimal number = new BigDecimal(digits);
      if (Math.abs((long) number.scale()) <= SCALE_MAX) {
        return number;
      }
    } catch (NumberFormatException exponentTooLong) {
      // Refused below, without the cause: its text quotes what was read.
    }
    throw new MalformedMessageException("JSON number is out of range");
  }

  /** Half a surrogate pair, which only an escape can bring, becomes U+FFFD as in the peers. */
  private static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, REPLACEMENT);
    }
    return repaired == null ? text : repaired.toString();
  }

  private static List<@Nullable Object> array(JsonParser parser) throws MalformedMessageException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(value(parser, token));
    }
    return elements;
  }

  private static Object integer(JsonParser parser) throws MalformedMessageException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? decimal(parser.getString())
        : (Object) parser.getLongValue();
  }

  /**
   * Writes a tree; besides what reading yields, {@code Map} with string keys, {@code Integer} and
   * other {@code CharSequence}s are allowed.
   *
   * @throws IllegalArgumentException for any other type, or a tree deeper than {@link #DEPTH_MAX}
   */
  public static String write(@Nullable Object tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(generator, tree, DEPTH_MAX);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, @Nullable Object tree, int depthLeft) {
    if (depthLeft < 0) {
      throw new IllegalArgumentException("JSON tree is too deep");
    }
    switch (tree) {
      case null -> generator.writeNull();
      case JsonObject object -> write(generator, object.members(), depthLeft);
      case Map<?, ?> map -> {
        generator.writeStartObject();
        map.forEach((name, value) -> {
          generator.writeName(String.valueOf(name));
          write(generator, value, depthLeft - 1);
        });
        generator.writeEndObject();
      }
      case List<?> list -> {
        generator.writeStartArray();
        list.forEach(element -> write(generator, element, depthLeft - 1));
        generator.writeEndArray();
      }
      case CharSequence string -> generator.writeString(string.toString());
      case Long number -> generator.writeNumber(number);
      case Integer number -> generator.writeNumber(number);
      case BigDecimal number -> generator.writeNumber(number);
      case Boolean truth -> generator.writeBoolean(truth);
      default -> throw new IllegalArgumentException("not a JSON value: " + tree.getClass());
    }
  }
}
