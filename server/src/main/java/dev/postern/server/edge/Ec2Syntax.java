package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.query.MalformedFormException;
import dev.postern.aws.query.QueryForm;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.FormCodec;
import dev.postern.server.service.Operation;

/** The EC2 protocol (spec/aws-api.md 1.5): forms as in query, answers and errors of its own. */
record Ec2Syntax(QueryForm form, String namespace) implements Syntax {
  private static final String CONTENT_TYPE = "text/xml;charset=UTF-8";
  private static final int SHOWN_CHARACTERS_MAX = 128;

  @Override
  public Protocol signatureProtocol() {
    return Protocol.EC2;
  }

  @Override
  public <I> I read(Operation<I, ?> operation) {
    try {
      return FormCodec.of(operation).readForm(form.tree());
    } catch (MalformedFormException malformed) {
      throw new Fault("SerializationException", 400, String.valueOf(malformed.getMessage()));
    }
  }

  @Override
  public <O> HttpAnswer success(Operation<?, O> operation, O output, String requestId) {
    XmlWriter xml =
        new XmlWriter()
            .open(operation.name() + "Response", namespace)
            .element("requestId", requestId);
    FormCodec<?, O> codec = FormCodec.of(operation);
    if (codec.hasMembers(output)) {
      codec.writeXml(output, xml);
    } else {
      xml.element("return", "true");
    }
    return Syntax.answer(200, CONTENT_TYPE, requestId, xml.close().toBytes());
  }

  @Override
  public Fault unknownOperation(String operationName) {
    if (operationName.isEmpty()) {
      return new Fault("MissingParameter", 400, "The request must contain the parameter Action");
    }
    String shown =
        operationName.length() <= SHOWN_CHARACTERS_MAX
            ? operationName
            : operationName.substring(0, SHOWN_CHARACTERS_MAX) + "...";
    return new Fault(
        "InvalidAction", 400, "The action " + shown + " is not valid for this web service.");
  }

  @Override
  public HttpAnswer refusal(Fault fault, String requestId) {
    Fault translated = Ec2Faults.translate(fault);
    return Syntax.answer(FaultResponse.write(translated, Protocol.EC2, namespace, requestId));
  }
}
