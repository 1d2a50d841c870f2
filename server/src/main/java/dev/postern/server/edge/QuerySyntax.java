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

/**
 * The query protocol (spec/aws-api.md 1.5).
 *
 * @param namespace of the answers; empty when the version is not known
 */
record QuerySyntax(QueryForm form, String namespace) implements Syntax {
  private static final String CONTENT_TYPE = "text/xml";
  private static final int SHOWN_CHARACTERS_MAX = 128;

  @Override
  public Protocol signatureProtocol() {
    return Protocol.QUERY;
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
    XmlWriter xml = new XmlWriter().open(operation.name() + "Response", namespace);
    FormCodec<?, O> codec = FormCodec.of(operation);
    if (codec.hasMembers(output)) {
      xml.open(operation.name() + "Result");
      codec.writeXml(output, xml);
      xml.close();
    }
    xml.open("ResponseMetadata").element("RequestId", requestId).close();
    return Syntax.answer(200, CONTENT_TYPE, requestId, xml.close().toBytes());
  }

  @Override
  public Fault unknownOperation(String operationName) {
    if (operationName.isEmpty()) {
      return new Fault("MissingAction", 400, "The request must contain the parameter Action.");
    }
    String version = form.get("Version");
    return new Fault(
        "InvalidAction",
        400,
        "Could not find operation "
            + shown(operationName)
            + " for version "
            + (version == null ? "NO_VERSION_SPECIFIED" : shown(version)));
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_CHARACTERS_MAX
        ? text
        : text.substring(0, SHOWN_CHARACTERS_MAX) + "...";
  }

  @Override
  public HttpAnswer refusal(Fault fault, String requestId) {
    Fault translated = QueryFaults.translate(fault);
    return Syntax.answer(FaultResponse.write(translated, Protocol.QUERY, namespace, requestId));
  }
}
