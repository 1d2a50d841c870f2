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
  /** Reads the input, or throws a {@code SerializationException} fault. */
  I readForm(FormNode form);

  /** Writes the output's members as children of the element that is open. */
  void writeXml(O output, XmlWriter xml);
}
