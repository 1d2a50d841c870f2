package dev.postern.server.service.ssm;

import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import java.util.Map;

/**
 * What the operations of this package have in common: the class is named after the operation, and
 * reads leave no response in the audit event.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class SsmOperation<I, O> implements Operation<I, O> {
  private final Codec<I, O> codec;
  private final boolean readOnly;

  SsmOperation(Codec<I, O> codec, boolean readOnly) {
    this.codec = codec;
    this.readOnly = readOnly;
  }

  @Override
  public final String name() {
    return getClass().getSimpleName();
  }

  /** The IAM action of this operation. */
  final String action() {
    return "ssm:" + name();
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
  public Map<String, Object> auditElements(O output) {
    return Map.of();
  }
}
