package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.protocol.Protocol;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.Operation;
import java.util.Map;

/** JSON 1.1 (spec/aws-api.md 1.4). */
@SuppressWarnings("ArrayRecordComponent") // made once, handed on, never compared
record JsonSyntax(byte[] body) implements Syntax {
  private static final String CONTENT_TYPE = "application/x-amz-json-1.1";

  /** For refusals of calls whose own syntax is not known. */
  static final JsonSyntax EMPTY = new JsonSyntax(new byte[0]);

  @Override
  public Protocol signatureProtocol() {
    return Protocol.JSON;
  }

  @Override
  public <I> I read(Operation<I, ?> operation) {
    return operation.codec().read(tree(body));
  }

  static Map<String, Object> tree(byte[] body) {
    try {
      return Json.readObject(body);
    } catch (MalformedJsonException malformed) {
      throw new Fault("SerializationException", 400, String.valueOf(malformed.getMessage()));
    }
  }

  @Override
  public <O> HttpAnswer success(Operation<?, O> operation, O output, String requestId) {
    byte[] json = Json.write(operation.codec().write(output));
    return Syntax.answer(200, CONTENT_TYPE, requestId, json);
  }

  @Override
  public HttpAnswer refusal(Fault fault, String requestId) {
    return Syntax.answer(FaultResponse.write(fault, Protocol.JSON, "", requestId));
  }
}
