package dev.postern.server.shape;

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
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** Turns SDK objects into trees of JSON's shape. */
final class TreeWriter {
  private TreeWriter() {}

  static Map<String, Object> structure(SdkPojo pojo) {
    var tree = new LinkedHashMap<String, Object>();
    for (SdkField<?> field : pojo.sdkFields()) {
      Object value = present(field.getValueOrDefault(pojo));
      if (value != null) {
        tree.put(field.locationName(), value(value));
      }
    }
    return tree;
  }

  /** Null also for the empty collections that the SDK puts where nothing was set. */
  static @Nullable Object present(@Nullable Object value) {
    boolean absent = value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap;
    return absent ? null : value;
  }

  static Object value(Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean flag -> flag;
      case Instant instant -> instant;
      case BigDecimal number -> number;
      case Double number -> BigDecimal.valueOf(number);
      case Float number -> new BigDecimal(number.toString());
      case Number integer -> integer.longValue();
      case SdkBytes bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
      case SdkPojo pojo -> structure(pojo);
      case List<?> elements -> list(elements);
      case Map<?, ?> entries -> map(entries);
      default -> throw new IllegalStateException("no JSON form for " + value.getClass());
    };
  }

  private static List<Object> list(List<?> elements) {
    var list = new ArrayList<Object>(elements.size());
    for (Object element : elements) {
      list.add(value(element));
    }
    return list;
  }

  private static Map<String, Object> map(Map<?, ?> entries) {
    var map = new LinkedHashMap<String, Object>();
    entries.forEach((key, entry) -> map.put((String) key, value(entry)));
    return map;
  }
}
