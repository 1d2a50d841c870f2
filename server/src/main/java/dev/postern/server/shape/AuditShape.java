package dev.postern.server.shape;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;

/** SDK objects as audit events show them: trees whose members begin with a small letter. */
public final class AuditShape {
  private AuditShape() {}

  /** All members that are set, nested ones too. Keys of maps keep their spelling. */
  public static Map<String, Object> of(SdkPojo pojo) {
    var tree = new LinkedHashMap<String, Object>();
    for (var field : pojo.sdkFields()) {
      Object value = TreeWriter.present(field.getValueOrDefault(pojo));
      if (value != null) {
        tree.put(lowerCamel(field.memberName()), shown(value));
      }
    }
    return tree;
  }

  private static Object shown(Object value) {
    return switch (value) {
      case SdkPojo pojo -> of(pojo);
      case List<?> elements -> elements.stream().map(AuditShape::shown).toList();
      case Map<?, ?> entries -> {
        var shown = new LinkedHashMap<String, Object>();
        entries.forEach((key, entry) -> shown.put(String.valueOf(key), shown(entry)));
        yield shown;
      }
      default -> TreeWriter.value(value);
    };
  }

  /** {@code RoleName} becomes {@code roleName}, {@code MFADevice} {@code mFADevice} as in AWS. */
  private static String lowerCamel(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }
}
