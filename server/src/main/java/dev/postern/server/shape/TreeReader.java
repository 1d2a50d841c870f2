package dev.postern.server.shape;

import dev.postern.aws.Fault;
import dev.postern.aws.Timestamps;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills SDK builders from trees of JSON's shape, minding JSON's types. */
final class TreeReader {
  private TreeReader() {}

  static Object structure(SdkPojo builder, Map<?, ?> tree) {
    for (SdkField<?> field : builder.sdkFields()) {
      Object value = tree.get(field.locationName());
      if (value != null) {
        field.set(builder, value(field, value));
      }
    }
    return ((Buildable) builder).build();
  }

  private static Object value(SdkField<?> field, Object value) {
    return switch (field.marshallingType().getKnownType()) {
      case STRING -> value instanceof String ? value : refuse(field, value, "a String");
      case BOOLEAN -> value instanceof Boolean ? value : refuse(field, value, "a Boolean");
      case INTEGER -> (int) integer(field, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case SHORT -> (short) integer(field, value, Short.MIN_VALUE, Short.MAX_VALUE);
      case BYTE -> (byte) integer(field, value, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case LONG -> integer(field, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> decimal(field, value).floatValue();
      case DOUBLE -> decimal(field, value).doubleValue();
      case BIG_DECIMAL -> decimal(field, value);
      case INSTANT -> instant(field, value);
      case SDK_BYTES -> bytes(field, value);
      case SDK_POJO ->
          value instanceof Map<?, ?> members
              ? structure(field.constructor().get(), members)
              : refuse(field, value, "a structure");
      case LIST -> list(field, value);
      case MAP -> map(field, value);
      case NULL, DOCUMENT ->
          throw new IllegalStateException("no JSON form for member " + field.memberName());
    };
  }

  private static long integer(SdkField<?> field, Object value, long min, long max) {
    BigDecimal number = decimal(field, value);
    boolean fits =
        number.compareTo(BigDecimal.valueOf(min)) >= 0
            && number.compareTo(BigDecimal.valueOf(max)) <= 0
            && number.stripTrailingZeros().scale() <= 0;
    if (!fits) {
      throw refusal(field, "NUMBER_VALUE can not be converted to an Integer");
    }
    return number.longValueExact();
  }

  private static BigDecimal decimal(SdkField<?> field, Object value) {
    return switch (value) {
      case Long number -> BigDecimal.valueOf(number);
      case BigDecimal number -> number;
      default -> throw mismatch(field, value, "a Number");
    };
  }

  private static Instant instant(SdkField<?> field, Object value) {
    try {
      if (value instanceof String text && isIso8601(field)) {
        return Timestamps.parseIso8601(text);
      }
      return Timestamps.fromEpochSeconds(decimal(field, value));
    } catch (IllegalArgumentException outOfRange) {
      throw refusal(field, "no timestamp");
    }
  }

  private static boolean isIso8601(SdkField<?> field) {
    return field
        .getOptionalTrait(TimestampFormatTrait.class)
        .filter(trait -> trait.format() == TimestampFormatTrait.Format.ISO_8601)
        .isPresent();
  }

  private static SdkBytes bytes(SdkField<?> field, Object value) {
    if (!(value instanceof String text)) {
      throw mismatch(field, value, "a Blob");
    }
    try {
      return SdkBytes.fromByteArray(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException _) {
      throw refusal(field, "no base64");
    }
  }

  private static List<Object> list(SdkField<?> field, Object value) {
    if (!(value instanceof List<?> elements)) {
      throw mismatch(field, value, "a list");
    }
    SdkField<?> elementField = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
    var list = new ArrayList<Object>(elements.size());
    for (Object element : elements) {
      list.add(value(elementField, element));
    }
    return list;
  }

  private static Map<String, Object> map(SdkField<?> field, Object value) {
    if (!(value instanceof Map<?, ?> entries)) {
      throw mismatch(field, value, "a map");
    }
    SdkField<?> valueField = field.getRequiredTrait(MapTrait.class).valueFieldInfo();
    var map = new LinkedHashMap<String, Object>();
    entries.forEach((key, entry) -> map.put((String) key, value(valueField, entry)));
    return map;
  }

  private static Object refuse(SdkField<?> field, Object value, String wanted) {
    throw mismatch(field, value, wanted);
  }

  private static Fault mismatch(SdkField<?> field, @Nullable Object value, String wanted) {
    String kind =
        switch (value) {
          case null -> "NULL_VALUE";
          case String _ -> "STRING_VALUE";
          case Boolean flag -> flag ? "TRUE_VALUE" : "FALSE_VALUE";
          case Number _ -> "NUMBER_VALUE";
          case List<?> _ -> "Start of list";
          default -> "Start of structure or map";
        };
    return refusal(field, kind + " can not be converted to " + wanted);
  }

  static Fault refusal(SdkField<?> field, String reason) {
    String member = field.memberName();
    return new Fault(
        "SerializationException", 400, member == null ? reason : member + ": " + reason);
  }
}
