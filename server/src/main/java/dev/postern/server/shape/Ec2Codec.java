package dev.postern.server.shape;

import dev.postern.aws.query.FormNode;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.server.service.FormCodec;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Reads and writes the AWS SDK's classes in the EC2 protocol's forms (spec/aws-api.md 1.5, stack.md
 * 7). Otherwise as {@link SdkCodec}. Immutable.
 *
 * @param <I> request class
 * @param <O> response class
 */
public final class Ec2Codec<I extends SdkPojo, O extends SdkPojo> implements FormCodec<I, O> {
  private final Supplier<SdkPojo> builders;

  private Ec2Codec(Supplier<SdkPojo> builders) {
    this.builders = builders;
  }

  /**
   * For example {@code Ec2Codec.of(() -> CreateTagsRequest.builder())}. A lambda and no method
   * reference, for that would load the class at once, and EC2's are many.
   *
   * @param builders of the request class
   */
  public static <I extends SdkPojo, O extends SdkPojo> Ec2Codec<I, O> of(
      Supplier<SdkPojo> builders) {
    return new Ec2Codec<>(builders);
  }

  @Override
  public I read(Map<String, Object> tree) {
    return input(TreeReader.structure(builders.get(), tree));
  }

  @Override
  public Map<String, Object> write(O output) {
    return TreeWriter.structure(output);
  }

  @Override
  public I readForm(FormNode form) {
    return input(FormReader.EC2.structure(builders.get(), form));
  }

  /** What the operation's own builder built. */
  @SuppressWarnings("unchecked")
  private I input(Object built) {
    return (I) built;
  }

  @Override
  public boolean hasMembers(O output) {
    return !output.sdkFields().isEmpty();
  }

  @Override
  public void writeXml(O output, XmlWriter xml) {
    XmlShape.EC2.members(output, xml);
  }
}
