package dev.postern.server.shape;

import dev.postern.aws.Timestamps;
import dev.postern.aws.xml.XmlWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/**
 * Writes SDK objects as XML (spec/aws-api.md 1.5). The constants are the two protocols that have
 * forms for it.
 */
enum XmlShape {
  QUERY,
  /** Names of its own, lists of {@code item} that are never flattened, times with milliseconds. */
  EC2;

  private static final String EC2_ELEMENT = "item";

  void members(SdkPojo pojo, XmlWriter xml) {
    for (SdkField<?> field : pojo.sdkFields()) {
      Object value = TreeWriter.present(field.getValueOrDefault(pojo));
      if (value != null) {
        member(field, name(field), value, xml);
      }
    }
  }

  private String name(SdkField<?> field) {
    return this == EC2 ? field.unmarshallLocationName() : field.locationName();
  }

  private void member(SdkField<?> field, String name, Object value, XmlWriter xml) {
    switch (value) {
      case SdkPojo pojo -> {
        xml.open(name);
        members(pojo, xml);
        xml.close();
      }
      case List<?> elements -> list(field, name, elements, xml);
      case Map<?, ?> entries -> map(field, name, entries, xml);
      default -> xml.element(name, text(value));
    }
  }

  private void list(SdkField<?> field, String name, List<?> elements, XmlWriter xml) {
    ListTrait trait = field.getRequiredTrait(ListTrait.class);
    boolean flat = this == QUERY && trait.isFlattened();
    if (!flat) {
      xml.open(name);
    }
    String elementName = flat ? name : elementName(trait);
    for (Object element : elements) {
      member(trait.memberFieldInfo(), elementName, element, xml);
    }
    if (!flat) {
      xml.close();
    }
  }

  private String elementName(ListTrait trait) {
    return this == EC2 ? EC2_ELEMENT : FormReader.memberName(trait);
  }

  private void map(SdkField<?> field, String name, Map<?, ?> entries, XmlWriter xml) {
    MapTrait trait = field.getRequiredTrait(MapTrait.class);
    if (!trait.isFlattened()) {
      xml.open(name);
    }
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      xml.open(trait.isFlattened() ? name : "entry");
      xml.element(trait.keyLocationName(), String.valueOf(entry.getKey()));
      member(trait.valueFieldInfo(), trait.valueLocationName(), entry.getValue(), xml);
      xml.close();
    }
    if (!trait.isFlattened()) {
      xml.close();
    }
  }

  private String text(Object value) {
    return switch (value) {
      case Instant instant ->
          this == EC2 ? Timestamps.iso8601Millis(instant) : Timestamps.iso8601(instant);
      case SdkBytes bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
      case BigDecimal number -> number.toPlainString();
      default -> String.valueOf(value);
    };
  }
}
