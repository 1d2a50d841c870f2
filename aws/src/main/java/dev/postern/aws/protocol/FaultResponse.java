package dev.postern.aws.protocol;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.xml.MalformedXmlException;
import dev.postern.aws.xml.XmlElement;
import dev.postern.aws.xml.XmlWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A {@link Fault} as it goes over the wire, in both directions (spec aws-api 1.4, 1.5). */
public final class FaultResponse {
  private static final String JSON_TYPE = "application/x-amz-json-1.1";
  private static final String XML_TYPE = "text/xml";
  private static final String ERROR_TYPE_HEADER = "x-amzn-errortype";

  /** The detail of a fault that was read: under which id the server knows the call. */
  public static final String REQUEST_ID = "RequestId";

  /** The code of a fault that no AWS service has written: a proxy's page, say. */
  public static final String UNKNOWN_CODE = "UnknownError";

  private static final String REQUEST_ID_HEADER = "x-amzn-requestid";
  private static final int SERVER_ERROR = 500;

  private FaultResponse() {}

  /**
   * The answer that tells of a fault.
   *
   * @param namespace of the service's XML, used by QUERY only
   */
  public static HttpResponse write(
      Fault fault, Protocol protocol, String namespace, String requestId) {
    return switch (protocol) {
      case JSON -> json(fault, requestId);
      case QUERY -> xml(fault, "x-amzn-requestid", requestId, query(fault, namespace, requestId));
      case EC2 -> xml(fault, "x-amzn-requestid", requestId, ec2(fault, requestId));
      case REST_XML -> xml(fault, "x-amz-request-id", requestId, restXml(fault, requestId));
    };
  }

  /** JSON 1.1: the code in the body for botocore and in the header for the other SDKs. */
  private static HttpResponse json(Fault fault, String requestId) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("__type", fault.code());
    body.put("message", fault.message());
    body.put("Message", fault.message());
    Map<String, List<String>> headers = new TreeMap<>();
    headers.put("content-type", List.of(JSON_TYPE));
    headers.put(ERROR_TYPE_HEADER, List.of(fault.code()));
    headers.put("x-amzn-requestid", List.of(requestId));
    return new HttpResponse(fault.httpStatus(), headers, Json.write(body));
  }

  private static HttpResponse xml(
      Fault fault, String requestIdHeader, String requestId, XmlWriter body) {
    Map<String, List<String>> headers = new TreeMap<>();
    headers.put("content-type", List.of(XML_TYPE));
    headers.put(requestIdHeader, List.of(requestId));
    return new HttpResponse(fault.httpStatus(), headers, body.toBytes());
  }

  private static XmlWriter query(Fault fault, String namespace, String requestId) {
    return new XmlWriter()
        .open("ErrorResponse", namespace)
        .open("Error")
        .element("Type", fault.httpStatus() < SERVER_ERROR ? "Sender" : "Receiver")
        .element("Code", fault.code())
        .element("Message", fault.message())
        .close()
        .element("RequestId", requestId)
        .close();
  }

  private static XmlWriter ec2(Fault fault, String requestId) {
    return new XmlWriter()
        .open("Response")
        .open("Errors")
        .open("Error")
        .element("Code", fault.code())
        .element("Message", fault.message())
        .close()
        .close()
        .element("RequestID", requestId)
        .close();
  }

  private static XmlWriter restXml(Fault fault, String requestId) {
    XmlWriter out =
        new XmlWriter()
            .open("Error")
            .element("Code", fault.code())
            .element("Message", fault.message());
    new TreeMap<>(fault.details()).forEach(out::element);
    return out.element("RequestId", requestId).element("HostId", requestId).close();
  }

  /**
   * What an answer with an error status tells. Bodies that are no AWS error, as a proxy sends them,
   * become a fault too, named after the status.
   */
  public static Fault read(HttpResponse response) {
    int status = Math.clamp(response.status(), 300, 599);
    Fault fault = readXml(status, response.body());
    if (fault == null) {
      fault = readJson(status, response);
    }
    return fault == null
        ? new Fault(UNKNOWN_CODE, status, "the server answered with HTTP status " + status)
        : fault;
  }

  private static @Nullable Fault readJson(int status, HttpResponse response) {
    Map<String, Object> body;
    try {
      body = Json.readObject(response.body());
    } catch (MalformedJsonException _) {
      // a body of another kind: the header may still tell
      body = Map.of();
    }
    String code = code(response.header(ERROR_TYPE_HEADER));
    if (code == null) {
      code = code(body.get("__type"));
    }
    if (code == null) {
      code = code(body.get("code"));
    }
    if (code == null) {
      return null;
    }
    Object message = body.getOrDefault("message", body.get("Message"));
    String requestId = response.header(REQUEST_ID_HEADER);
    return new Fault(
        code,
        status,
        message instanceof String text ? text : "",
        requestId == null ? Map.of() : Map.of(REQUEST_ID, requestId));
  }

  /** {@code namespace#Name:where} is {@code Name}. */
  private static @Nullable String code(@Nullable Object type) {
    if (!(type instanceof String text)) {
      return null;
    }
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    name = name.substring(name.indexOf('#') + 1).strip();
    return Fault.isCode(name) ? name : null;
  }

  private static @Nullable Fault readXml(int status, byte[] body) {
    if (body.length == 0 || body[0] != '<') {
      return null;
    }
    XmlElement root;
    try {
      root = XmlElement.parse(body);
    } catch (MalformedXmlException _) {
      // a proxy's page: the header or the status has to do
      return null;
    }
    XmlElement errors = root.child("Errors");
    XmlElement error = (errors == null ? root : errors).child("Error");
    error = error == null ? root : error;
    String code = code(error.childText("Code"));
    if (code == null && root.name().endsWith("Exception")) {
      // the message gateway names the root after the error
      code = code(root.name());
    }
    String message = error.childText("Message");
    message = message == null ? error.childText("message") : message;
    return code == null ? null : new Fault(code, status, message == null ? "" : message);
  }
}
