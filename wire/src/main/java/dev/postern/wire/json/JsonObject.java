package dev.postern.wire.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object read as the official peers read it (Go's encoding/json, spec/data-channel.md 4.1):
 * names match without regard to case, unknown ones are ignored, a missing or null member is the
 * zero of its type, a member of the wrong type refuses the whole object. Unmodifiable.
 */
public final class JsonObject implements JsonText {
  private final SequencedMap<String, @Nullable Object> members;

  /** Copies the members; values are those that {@link Json#write} takes. */
  public JsonObject(Map<String, ? extends @Nullable Object> members) {
    this.members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
  }

  /** The members in order, with the names as written. */
  public SequencedMap<String, @Nullable Object> members() {
    return members;
  }

  /** The last member of that name that is not null; null if there is none. */
  public @Nullable Object value(String name) {
    for (Map.Entry<String, @Nullable Object> member : members.reversed().entrySet()) {
      if (member.getValue() != null && member.getKey().equalsIgnoreCase(name)) {
        return member.getValue();
      }
    }
    return null;
  }

  public String string(String name) throws MalformedMessageException {
    return switch (value(name)) {
      case null -> "";
      case String string -> string;
      default -> throw wrongType(name, "a string");
    };
  }

  public long integer(String name) throws MalformedMessageException {
    return switch (value(name)) {
      case null -> 0;
      case Long number -> number;
      case Integer number -> number;
      default -> throw wrongType(name, "an integer");
    };
  }

  /** An integer within bounds. */
  public int integer(String name, int min, int max) throws MalformedMessageException {
    long value = integer(name);
    if (value < min || value > max) {
      throw new MalformedMessageException("JSON member " + name + " is out of range");
    }
    return (int) value;
  }

  public boolean bool(String name) throws MalformedMessageException {
    return switch (value(name)) {
      case null -> false;
      case Boolean truth -> truth;
      default -> throw wrongType(name, "a boolean");
    };
  }

  /** A boolean, or a string that says true or false; the empty string is false. */
  public boolean boolOrString(String name) throws MalformedMessageException {
    if (value(name) instanceof String text) {
      return switch (text.strip().toLowerCase(Locale.ROOT)) {
        case "true" -> true;
        case "false", "" -> false;
        default -> throw wrongType(name, "a boolean or its name");
      };
    }
    return bool(name);
  }

  public @Nullable JsonObject object(String name) throws MalformedMessageException {
    return switch (value(name)) {
      case null -> null;
      case JsonObject object -> object;
      default -> throw wrongType(name, "an object");
    };
  }

  /** An object, empty when the member is missing or null. */
  public JsonObject objectOrEmpty(String name) throws MalformedMessageException {
    JsonObject object = object(name);
    return object == null ? new JsonObject(Map.of()) : object;
  }

  public List<JsonObject> objects(String name) throws MalformedMessageException {
    List<JsonObject> objects = new ArrayList<>();
    for (Object element : list(name)) {
      if (!(element instanceof JsonObject object)) {
        throw wrongType(name, "a list of objects");
      }
      objects.add(object);
    }
    return objects;
  }

  public List<String> strings(String name) throws MalformedMessageException {
    List<String> strings = new ArrayList<>();
    for (Object element : list(name)) {
      if (!(element instanceof String string)) {
        throw wrongType(name, "a list of strings");
      }
      strings.add(string);
    }
    return strings;
  }

  private List<?> list(String name) throws MalformedMessageException {
    return switch (value(name)) {
      case null -> List.of();
      case List<?> list -> list;
      default -> throw wrongType(name, "a list");
    };
  }

  /** Bytes written as padded standard base64; null when missing or null. */
  public @Nullable ByteBuffer bytes(String name) throws MalformedMessageException {
    if (value(name) == null) {
      return null;
    }
    try {
      return ByteBuffer.wrap(Base64.getDecoder().decode(string(name))).asReadOnlyBuffer();
    } catch (IllegalArgumentException e) {
      throw wrongType(name, "base64");
    }
  }

  private static MalformedMessageException wrongType(String name, String expected) {
    return new MalformedMessageException("JSON member " + name + " is not " + expected);
  }

  @Override
  public String toJson() {
    return Json.write(this);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonObject object && members.equals(object.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  /** Names the members without their values, which may be secret. */
  @Override
  public String toString() {
    return "JsonObject" + members.keySet();
  }

  /** Starts an object that is to be written. */
  public static Builder builder() {
    return new Builder();
  }

  /** Members in the order of their writing. */
  public static final class Builder {
    private final LinkedHashMap<String, @Nullable Object> members = new LinkedHashMap<>();

    private Builder() {}

    public Builder put(String name, @Nullable Object value) {
      members.put(name, value);
      return this;
    }

    /** Bytes as padded standard base64; their position does not change. */
    public Builder putBytes(String name, @Nullable ByteBuffer value) {
      return put(name, value == null ? null : base64(value));
    }

    private static String base64(ByteBuffer value) {
      return US_ASCII.decode(Base64.getEncoder().encode(value.duplicate())).toString();
    }

    public JsonObject build() {
      return new JsonObject(members);
    }

    public String toJson() {
      return build().toJson();
    }
  }
}
