package dev.postern.server.service;

import dev.postern.aws.query.FormNode;
import dev.postern.aws.xml.XmlWriter;

/**
 * A codec that also reads forms and writes XML. Operations of query services have one.
 *
 * @param <I> input
 * @param <O> output
 */
public interface FormCodec<I, O> extends Codec<I, O> {
  /** The codec of an operation whose service has seen that it is one. */
  static <I, O> FormCodec<I, O> of(Operation<I, O> operation) {
    if (operation.codec() instanceof FormCodec<I, O> codec) {
      return codec;
    }
    throw new IllegalStateException(operation.name() + " reads no forms");
  }

  /** Reads the input, or throws a {@code SerializationException} fault. */
  I readForm(FormNode form);

  /** Whether such an output can have members at all; one that cannot has no result element. */
  default boolean hasMembers(O output) {
    return true;
  }

  /** Writes the output's members as children of the element that is open. */
  void writeXml(O output, XmlWriter xml);
}
