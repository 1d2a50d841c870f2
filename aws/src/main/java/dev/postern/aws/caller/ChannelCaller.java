package dev.postern.aws.caller;

import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.PercentEncoding;
import dev.postern.aws.json.Json;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.xml.MalformedXmlException;
import dev.postern.aws.xml.XmlElement;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The two calls of the message gateway, by which an agent gets the token of a channel: JSON in, XML
 * and status 201 out (spec agent-service 3.2). Safe for use by many threads.
 */
public final class ChannelCaller {
  private static final int CREATED = 201;
  private static final String SCHEMA_VERSION = "1.0";

  private final Exchange exchange;
  private final URI endpoint;
  private final Authentication authentication;

  /**
   * @param endpoint scheme, host and port; a path is not used
   * @param authentication for the service {@code ssmmessages}
   */
  public ChannelCaller(Exchange exchange, URI endpoint, Authentication authentication) {
    this.exchange = exchange;
    this.endpoint = endpoint;
    this.authentication = authentication;
  }

  /** The token of the node's control channel. */
  public String createControlChannel(String nodeId, UUID requestId) throws IOException {
    return token(
        "/v1/control-channel/" + PercentEncoding.encode(nodeId),
        Map.of("MessageSchemaVersion", SCHEMA_VERSION, "RequestId", requestId.toString()));
  }

  /** The token of a session's data channel, agent's side. */
  public String createDataChannel(String sessionId, UUID requestId) throws IOException {
    return token(
        "/v1/data-channel/" + PercentEncoding.encode(sessionId),
        Map.of(
            "MessageSchemaVersion",
            SCHEMA_VERSION,
            "RequestId",
            requestId.toString(),
            "ClientId",
            ""));
  }

  private String token(String rawPath, Map<String, String> input) throws IOException {
    var request =
        new HttpRequest(
            "POST",
            endpoint.resolve(rawPath),
            Map.of("content-type", List.of("application/json")),
            Json.write(input));
    HttpResponse response = exchange.exchange(authentication.authenticate(request));
    if (response.status() != CREATED) {
      throw FaultResponse.read(response);
    }
    String token;
    try {
      token = XmlElement.parse(response.body()).childText("TokenValue");
    } catch (MalformedXmlException malformed) {
      throw new IOException("the gateway's answer is no XML", malformed);
    }
    if (token == null || token.isEmpty()) {
      throw new IOException("the gateway's answer has no TokenValue");
    }
    return token;
  }
}
