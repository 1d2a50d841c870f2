package dev.postern.server.service.iam;

import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.AuditShape;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;

/**
 * What the operations of this package have in common: the class is named after the operation, and
 * the audit event shows input and output as CloudTrail does. An operation whose input or output
 * holds a secret overrides what is shown.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class IamOperation<I extends SdkPojo, O extends SdkPojo> implements Operation<I, O> {
  private final Codec<I, O> codec;
  private final boolean readOnly;

  IamOperation(Codec<I, O> codec, boolean readOnly) {
    this.codec = codec;
    this.readOnly = readOnly;
  }

  @Override
  public final String name() {
    return getClass().getSimpleName();
  }

  /** The IAM action of this operation. */
  final String action() {
    return "iam:" + name();
  }

  @Override
  public final Codec<I, O> codec() {
    return codec;
  }

  @Override
  public final boolean readOnly() {
    return readOnly;
  }

  @Override
  public Map<String, Object> auditParameters(I input) {
    return AuditShape.of(input);
  }

  @Override
  public Map<String, Object> auditElements(O output) {
    return readOnly ? Map.of() : AuditShape.of(output);
  }
}
