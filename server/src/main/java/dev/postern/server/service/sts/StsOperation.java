package dev.postern.server.service.sts;

import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.AuditShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;

/**
 * What the operations of this package have in common: the class is named after the operation, and
 * the audit event shows input and output as CloudTrail does, without what is secret in them.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class StsOperation<I extends SdkPojo, O extends SdkPojo> implements Operation<I, O> {
  private static final List<String> SECRET_INPUT = List.of("tokenCode", "webIdentityToken");
  private static final List<String> SECRET_CREDENTIALS = List.of("secretAccessKey", "sessionToken");

  private final Codec<I, O> codec;

  StsOperation(Codec<I, O> codec) {
    this.codec = codec;
  }

  @Override
  public final String name() {
    return getClass().getSimpleName();
  }

  /** The IAM action of this operation. */
  final String action() {
    return "sts:" + name();
  }

  @Override
  public final Codec<I, O> codec() {
    return codec;
  }

  /** CloudTrail calls all of these reads: nothing that is kept changes. */
  @Override
  public final boolean readOnly() {
    return true;
  }

  @Override
  public Map<String, Object> auditParameters(I input) {
    return without(AuditShape.of(input), SECRET_INPUT);
  }

  @Override
  public Map<String, Object> auditElements(O output) {
    Map<String, Object> elements = AuditShape.of(output);
    elements.computeIfPresent(
        "credentials",
        (_, value) -> value instanceof Map<?, ?> map ? without(map, SECRET_CREDENTIALS) : value);
    return elements;
  }

  private static Map<String, Object> without(Map<?, ?> tree, List<String> secrets) {
    Map<String, Object> shown = new LinkedHashMap<>();
    tree.forEach((name, value) -> {
      if (!secrets.contains(String.valueOf(name))) {
        shown.put(String.valueOf(name), value);
      }
    });
    return shown;
  }
}
