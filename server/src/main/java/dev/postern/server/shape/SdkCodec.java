package dev.postern.server.shape;

import dev.postern.aws.query.FormNode;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.server.service.FormCodec;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/**
 * Reads and writes the AWS SDK's own request and response classes by the fields that they describe
 * (stack.md 7). Unknown members are ignored, as AWS does. Lengths, patterns and required members
 * are not looked at: see {@link dev.postern.server.service.Constraints}. Immutable.
 *
 * @param <I> request class
 * @param <O> response class
 */
public final class SdkCodec<I extends SdkPojo, O extends SdkPojo> implements FormCodec<I, O> {
  private final Supplier<SdkPojo> builders;
  private final Class<I> input;

  private SdkCodec(Class<I> input, Supplier<SdkPojo> builders) {
    this.input = input;
    this.builders = builders;
  }

  /**
   * For example {@code SdkCodec.of(StartSessionRequest.class, StartSessionRequest::builder)}.
   *
   * @param <B> the request's builder
   */
  public static <I extends SdkPojo, O extends SdkPojo, B extends SdkPojo & SdkBuilder<B, I>>
      SdkCodec<I, O> of(Class<I> input, Supplier<B> builder) {
    return new SdkCodec<>(input, builder::get);
  }

  @Override
  public I read(Map<String, Object> tree) {
    return input.cast(TreeReader.structure(builders.get(), tree));
  }

  @Override
  public Map<String, Object> write(O output) {
    return TreeWriter.structure(output);
  }

  @Override
  public I readForm(FormNode form) {
    return input.cast(FormReader.QUERY.structure(builders.get(), form));
  }

  @Override
  public boolean hasMembers(O output) {
    return !output.sdkFields().isEmpty();
  }

  @Override
  public void writeXml(O output, XmlWriter xml) {
    XmlShape.QUERY.members(output, xml);
  }
}
