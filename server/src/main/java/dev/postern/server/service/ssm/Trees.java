package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads members of inputs that have no class in the SDK. */
final class Trees {
  private Trees() {}

  /**
   * @throws Fault {@code SerializationException} when the member is no text
   */
  static @Nullable String text(Map<String, Object> tree, String member) {
    return switch (tree.get(member)) {
      case null -> null;
      case String text -> text;
      default -> throw new Fault("SerializationException", 400, member + " must be a string.");
    };
  }

  /** A member that validation has seen. */
  static String required(Map<String, Object> tree, String member) {
    String text = text(tree, member);
    if (text == null) {
      throw new IllegalStateException(member + " was not validated");
    }
    return text;
  }

  static String textOrEmpty(Map<String, Object> tree, String member) {
    String text = text(tree, member);
    return text == null ? "" : text;
  }

  /** {@code InstanceId} as audit events spell it: {@code instanceId}. */
  static String lowerCamel(String member) {
    return member.substring(0, 1).toLowerCase(Locale.ROOT) + member.substring(1);
  }

  static Map<String, Object> lowerCamel(Map<String, Object> tree) {
    var renamed = new LinkedHashMap<String, Object>();
    tree.forEach((member, value) -> renamed.put(lowerCamel(member), value));
    return renamed;
  }
}
