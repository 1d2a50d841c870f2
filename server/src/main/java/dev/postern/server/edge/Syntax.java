package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.protocol.Protocol;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall.Header;
import dev.postern.server.service.Operation;
import java.util.ArrayList;
import java.util.List;

/** How one call is written and answered. Immutable; one per call. */
interface Syntax {
  String REQUEST_ID_HEADER = "x-amzn-RequestId";

  /** Whose codes a refused signature is answered with. */
  Protocol signatureProtocol();

  /** Reads the operation's input, or throws a fault. */
  <I> I read(Operation<I, ?> operation);

  <O> HttpAnswer success(Operation<?, O> operation, O output, String requestId);

  HttpAnswer refusal(Fault fault, String requestId);

  /** The fault for an operation that there is not. */
  default Fault unknownOperation(String operationName) {
    return new Fault(
        "UnknownOperationException",
        400,
        "The requested operation is not supported by this server.");
  }

  static HttpAnswer answer(int status, String contentType, String requestId, byte[] body) {
    return new HttpAnswer(
        status,
        List.of(new Header("Content-Type", contentType), new Header(REQUEST_ID_HEADER, requestId)),
        body);
  }

  static HttpAnswer answer(HttpResponse response) {
    var headers = new ArrayList<Header>();
    response
        .headers()
        .forEach((name, values) -> values.forEach(value -> headers.add(new Header(name, value))));
    return new HttpAnswer(response.status(), headers, response.body());
  }
}
