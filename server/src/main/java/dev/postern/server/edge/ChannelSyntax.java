package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The message gateway's calls: JSON in, XML out, success is 201 (spec/agent-service.md 3.2).
 *
 * @param idMember the input member that the path's id becomes
 */
@SuppressWarnings("ArrayRecordComponent") // made once, handed on, never compared
record ChannelSyntax(byte[] body, String idMember, String id) implements Syntax {
  private static final String CONTENT_TYPE = "text/xml";
  private static final Set<String> FORBIDDEN =
      Set.of(
          "AccessDeniedException",
          "ExpiredTokenException",
          "InvalidSignatureException",
          "MissingAuthenticationTokenException",
          "UnrecognizedClientException");

  @Override
  public Protocol signatureProtocol() {
    return Protocol.JSON;
  }

  @Override
  public <I> I read(Operation<I, ?> operation) {
    Map<String, Object> tree = new LinkedHashMap<>(JsonSyntax.tree(body));
    tree.put(idMember, id);
    return operation.codec().read(tree);
  }

  @Override
  public <O> HttpAnswer success(Operation<?, O> operation, O output, String requestId) {
    XmlWriter xml = new XmlWriter().open(operation.name() + "Response");
    members(operation.codec().write(output), xml);
    return Syntax.answer(201, CONTENT_TYPE, requestId, xml.close().toBytes());
  }

  private static void members(Map<?, ?> tree, XmlWriter xml) {
    for (Map.Entry<?, ?> member : tree.entrySet()) {
      String name = String.valueOf(member.getKey());
      List<?> values =
          member.getValue() instanceof List<?> list ? list : List.of(member.getValue());
      for (Object value : values) {
        if (value instanceof Map<?, ?> structure) {
          xml.open(name);
          members(structure, xml);
          xml.close();
        } else {
          xml.element(name, String.valueOf(value));
        }
      }
    }
  }

  /** The official agent looks for {@code <AccessDeniedException>} in the text. */
  @Override
  public HttpAnswer refusal(Fault fault, String requestId) {
    return refused(fault, requestId);
  }

  static HttpAnswer refused(Fault fault, String requestId) {
    int status = FORBIDDEN.contains(fault.code()) ? 403 : fault.httpStatus();
    byte[] xml =
        new XmlWriter()
            .open(fault.code())
            .element("Message", fault.message())
            .element("RequestId", requestId)
            .close()
            .toBytes();
    return Syntax.answer(status, CONTENT_TYPE, requestId, xml);
  }
}
