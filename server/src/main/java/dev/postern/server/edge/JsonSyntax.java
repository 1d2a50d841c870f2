package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.protocol.Protocol;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall.Header;
import dev.postern.server.service.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON 1.1 (spec/aws-api.md 1.4). */
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

  /**
   * Clients look for the code in the body or in the header, and for the message under either
   * spelling.
   */
  @Override
  public HttpAnswer refusal(Fault fault, String requestId) {
    var members = new LinkedHashMap<String, Object>();
    members.put("__type", fault.code());
    members.put("message", fault.message());
    members.put("Message", fault.message());
    return new HttpAnswer(
        fault.httpStatus(),
        List.of(
            new Header("Content-Type", CONTENT_TYPE),
            new Header(REQUEST_ID_HEADER, requestId),
            new Header("x-amzn-ErrorType", fault.code())),
        Json.write(members));
  }
}
