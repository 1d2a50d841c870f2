package dev.postern.server.shape;

import dev.postern.aws.Fault;
import dev.postern.aws.Timestamps;
import dev.postern.aws.query.FormNode;
import dev.postern.aws.query.MalformedFormException;
import java.math.BigDecimal;
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
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Fills SDK builders from the dotted names of a form (spec/aws-api.md 1.5). The constants are the
 * two protocols that send forms.
 */
enum FormReader {
  QUERY,
  /** All lists are flattened, whatever the model says. */
  EC2;

  Object structure(SdkPojo builder, FormNode form) {
    for (SdkField<?> field : builder.sdkFields()) {
      FormNode node = form.child(field.locationName());
      if (node != null) {
        field.set(builder, value(field, node));
      }
    }
    return ((Buildable) builder).build();
  }

  private Object value(SdkField<?> field, FormNode node) {
    return switch (field.marshallingType().getKnownType()) {
      case SDK_POJO -> structure(field.constructor().get(), node);
      case LIST -> list(field, node);
      case MAP -> map(field, node);
      default -> scalar(field, node);
    };
  }

  private static Object scalar(SdkField<?> field, FormNode node) {
    String text = node.value();
    if (text == null) {
      throw TreeReader.refusal(field, "a structure where a value belongs");
    }
    try {
      return switch (field.marshallingType().getKnownType()) {
        case STRING -> text;
        case BOOLEAN -> flag(field, text);
        case INTEGER -> Integer.parseInt(text);
        case SHORT -> Short.parseShort(text);
        case BYTE -> Byte.parseByte(text);
        case LONG -> Long.parseLong(text);
        case FLOAT -> Float.parseFloat(text);
        case DOUBLE -> Double.parseDouble(text);
        case BIG_DECIMAL -> new BigDecimal(text);
        case INSTANT -> Timestamps.parseIso8601(text);
        case SDK_BYTES -> SdkBytes.fromByteArray(Base64.getDecoder().decode(text));
        case NULL, DOCUMENT, SDK_POJO, LIST, MAP ->
            throw new IllegalStateException("no form of member " + field.memberName());
      };
    } catch (IllegalArgumentException _) {
      throw TreeReader.refusal(field, "the value has the wrong type");
    }
  }

  private static boolean flag(SdkField<?> field, String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw TreeReader.refusal(field, "the value has the wrong type");
    };
  }

  private List<Object> list(SdkField<?> field, FormNode node) {
    ListTrait trait = field.getRequiredTrait(ListTrait.class);
    boolean flat = this == EC2 || trait.isFlattened();
    var list = new ArrayList<Object>();
    for (FormNode element : elements(field, node, flat, memberName(trait))) {
      list.add(value(trait.memberFieldInfo(), element));
    }
    return list;
  }

  static String memberName(ListTrait trait) {
    return trait.memberLocationName() == null ? "member" : trait.memberLocationName();
  }

  private Map<String, Object> map(SdkField<?> field, FormNode node) {
    MapTrait trait = field.getRequiredTrait(MapTrait.class);
    boolean flat = this == EC2 || trait.isFlattened();
    var map = new LinkedHashMap<String, Object>();
    for (FormNode entry : elements(field, node, flat, "entry")) {
      FormNode key = entry.child(trait.keyLocationName());
      FormNode value = entry.child(trait.valueLocationName());
      if (key == null || key.value() == null || value == null) {
        throw TreeReader.refusal(field, "a map's entry needs key and value");
      }
      map.put(key.value(), value(trait.valueFieldInfo(), value));
    }
    return map;
  }

  /** An empty list may come as a name with an empty value. */
  private static List<FormNode> elements(
      SdkField<?> field, FormNode node, boolean flattened, String memberName) {
    @Nullable FormNode holder = flattened ? node : node.child(memberName);
    try {
      return holder == null ? List.of() : holder.elements();
    } catch (MalformedFormException malformed) {
      throw refusal(field, malformed);
    }
  }

  private static Fault refusal(SdkField<?> field, MalformedFormException malformed) {
    return TreeReader.refusal(field, String.valueOf(malformed.getMessage()));
  }
}
