package dev.postern.server.service.ec2;

import dev.postern.aws.Fault;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.Ec2Codec;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * What the operations of this package have in common: the class is named after the operation, and
 * {@code DryRun} ends a call that would have succeeded.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class Ec2Operation<I extends SdkPojo, O extends SdkPojo> implements Operation<I, O> {
  private final Codec<I, O> codec;
  private final boolean readOnly;

  /**
   * @param builders of the input, as {@link Ec2Codec#of} wants them
   */
  Ec2Operation(Supplier<SdkPojo> builders, boolean readOnly) {
    this.codec = Ec2Codec.of(builders);
    this.readOnly = readOnly;
  }

  @Override
  public final String name() {
    return getClass().getSimpleName();
  }

  /** The IAM action of this operation. */
  final String action() {
    return "ec2:" + name();
  }

  @Override
  public final Codec<I, O> codec() {
    return codec;
  }

  @Override
  public final boolean readOnly() {
    return readOnly;
  }

  /** CloudTrail's form of EC2's {@code <return>true</return>}. */
  @Override
  public Map<String, Object> auditElements(O output) {
    return readOnly ? Map.of() : Map.of("_return", true);
  }

  /** To be called when nothing is left that could refuse the call. */
  static void endIfDry(@Nullable Boolean dryRun) {
    if (Boolean.TRUE.equals(dryRun)) {
      throw new Fault(
          "DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.");
    }
  }

  static Fault missing(String parameter) {
    return new Fault(
        "MissingParameter", 400, "The request must contain the parameter " + parameter);
  }

  static Fault invalid(String message) {
    return new Fault("InvalidParameterValue", 400, message);
  }
}
