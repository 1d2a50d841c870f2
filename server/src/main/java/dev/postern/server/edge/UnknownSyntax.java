package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.Operation;

/** A call in no syntax of ours. AWS's endpoints answer such with one XML element. */
record UnknownSyntax() implements Syntax {
  @Override
  public Protocol signatureProtocol() {
    return Protocol.JSON;
  }

  @Override
  public <I> I read(Operation<I, ?> operation) {
    throw new IllegalStateException("there is no operation to read for");
  }

  @Override
  public <O> HttpAnswer success(Operation<?, O> operation, O output, String requestId) {
    throw new IllegalStateException("there is no operation to answer");
  }

  @Override
  public HttpAnswer refusal(Fault fault, String requestId) {
    boolean unknown = fault.code().equals("UnknownOperationException");
    byte[] xml =
        new XmlWriter()
            .open(fault.code())
            .element("Message", fault.message())
            .element("RequestId", requestId)
            .close()
            .toBytes();
    return Syntax.answer(unknown ? 404 : fault.httpStatus(), "text/xml", requestId, xml);
  }
}
