package dev.postern.agent.control;

import dev.postern.agent.registration.NodeCredentials;
import dev.postern.agent.registration.ServerClock;
import dev.postern.aws.Exchange;
import dev.postern.aws.Fault;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.caller.Authentication;
import dev.postern.aws.caller.JsonCaller;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.aws.xml.MalformedXmlException;
import dev.postern.aws.xml.XmlElement;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.UpgradeRefused;
import dev.postern.transport.WebSocket;
import dev.postern.transport.WebSocketLimits;
import dev.postern.wire.MessageChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.OpenControlChannel;
import dev.postern.wire.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The calls that a registered node makes, signed with its role's credentials (spec/agent-service.md
 * 2, 3). A refusal for a wrong clock or outdated credentials is met once with better ones; nothing
 * else is tried again here. Safe for use by many threads.
 */
public final class Service {
  private static final int CREATED = 201;
  private static final String SSM = "ssm";
  private static final String GATEWAY = "ssmmessages";
  private static final String SCHEMA_VERSION = "1.0";

  private static final Duration KEPT_ANSWER_MAX = Duration.ofSeconds(5);

  /** The credentials themselves are refused, not what was asked with them. */
  private static final Set<String> CREDENTIALS_REFUSED =
      Set.of(
          "UnrecognizedClientException",
          "InvalidClientTokenId",
          "ExpiredTokenException",
          "ExpiredToken",
          "InvalidSignatureException",
          "SignatureDoesNotMatch");

  /**
   * How the service is reached.
   *
   * @param endpoint scheme, host and port
   * @param repeating for calls that may be made twice, as those for tokens: there is another after
   *     each connection that was lost, and the one that is kept may be lost too
   */
  public record Route(URI endpoint, Exchange exchange, Exchange repeating, WebSockets webSockets) {
    /** A channel goes over the connection on which its token came, as far as possible. */
    public static Route over(HttpsClient https, URI endpoint) {
      return new Route(endpoint, https, https.repeating(KEPT_ANSWER_MAX), https::connectWebSocket);
    }
  }

  /** Opens WebSockets. */
  @FunctionalInterface
  public interface WebSockets {
    /**
     * Connects and upgrades.
     *
     * @throws UpgradeRefused when the server answered, but with something else than an upgrade
     */
    WebSocket connect(URI uri, Map<String, List<String>> headers, WebSocketLimits limits)
        throws IOException;
  }

  private final String instanceId;
  private final Route route;
  private final Exchange exchange;
  private final Exchange repeating;
  private final NodeCredentials credentials;
  private final ServerClock clock;

  public Service(String instanceId, Route route, NodeCredentials credentials, ServerClock clock) {
    this.instanceId = instanceId;
    this.route = route;
    this.exchange = clock.watching(route.exchange());
    this.repeating = clock.watching(route.repeating());
    this.credentials = credentials;
    this.clock = clock;
  }

  public String instanceId() {
    return instanceId;
  }

  /** A call that may be made a second time. */
  private interface Call<T> {
    T with(Credentials signing) throws IOException;
  }

  private <T> T call(Call<T> call) throws IOException {
    Credentials first = credentials.resolve();
    try {
      return call.with(first);
    } catch (Fault refused) {
      if (!clock.correct(refused)) {
        if (!CREDENTIALS_REFUSED.contains(refused.code())) {
          throw refused;
        }
        credentials.refused(first);
      }
    }
    return call.with(credentials.resolve());
  }

  /** An operation of the Systems Manager API. */
  Map<String, Object> ssm(String operation, Map<String, Object> input) throws IOException {
    return call(signing ->
        new JsonCaller(
                exchange,
                route.endpoint(),
                "AmazonSSM",
                Authentication.sigV4(credentials.region(), SSM, () -> signing, clock))
            .call(operation, input));
  }

  /** The token for the next connection of the control channel. */
  private String createControlChannel() throws IOException {
    return create(
        "/v1/control-channel/" + instanceId,
        JsonObject.builder()
            .put("MessageSchemaVersion", SCHEMA_VERSION)
            .put("RequestId", UUID.randomUUID().toString())
            .toJson());
  }

  /**
   * The token for the next connection of a session's data channel.
   *
   * @param clientId made up for the session, the same on every connection
   */
  String createDataChannel(SessionId session, String clientId) throws IOException {
    return create(
        "/v1/data-channel/" + session,
        JsonObject.builder()
            .put("MessageSchemaVersion", SCHEMA_VERSION)
            .put("RequestId", UUID.randomUUID().toString())
            .put("ClientId", clientId)
            .toJson());
  }

  private String create(String path, String body) throws IOException {
    HttpRequest request =
        new HttpRequest(
            "POST",
            route.endpoint().resolve(path),
            Map.of("content-type", List.of("application/json")),
            body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    HttpResponse response =
        call(signing -> {
          HttpResponse answer = repeating.exchange(signed(request, signing));
          if (answer.status() != CREATED) {
            throw FaultResponse.read(answer);
          }
          return answer;
        });
    try {
      String token = XmlElement.parse(response.body()).childText("TokenValue");
      if (token != null && !token.isBlank()) {
        return token.strip();
      }
    } catch (MalformedXmlException malformed) {
      throw new IOException("the answer to " + path + " is not the expected XML", malformed);
    }
    throw new IOException("the answer to " + path + " has no TokenValue");
  }

  /** Opens the control channel and introduces this node on it (spec/agent-service.md 3.3). */
  MessageChannel openControlChannel() throws IOException {
    String token = createControlChannel();
    MessageChannel channel =
        open(
            "/v1/control-channel/" + instanceId + "?role=subscribe&stream=input",
            WebSocketLimits.AGENT);
    return introduced(
        channel,
        new OpenControlChannel(
                OpenControlChannel.SCHEMA_VERSION,
                UUID.randomUUID().toString(),
                token,
                NodeProfile.AGENT_VERSION,
                NodeProfile.PLATFORM)
            .toJson());
  }

  /** Opens a data channel's connection; the caller introduces itself. */
  MessageChannel openDataChannel(SessionId session) throws IOException {
    return open(
        "/v1/data-channel/" + session + "?role=publish_subscribe", WebSocketLimits.AGENT_SESSION);
  }

  static MessageChannel introduced(MessageChannel channel, String introduction) throws IOException {
    boolean sent = false;
    try {
      channel.sendText(introduction);
      sent = true;
      return channel;
    } finally {
      if (!sent) {
        channel.close();
      }
    }
  }

  private MessageChannel open(String pathAndQuery, WebSocketLimits limits) throws IOException {
    URI endpoint = route.endpoint();
    String scheme = endpoint.getScheme().equals("https") ? "wss" : "ws";
    URI uri = URI.create(scheme + "://" + endpoint.getRawAuthority() + pathAndQuery);
    HttpRequest upgrade = new HttpRequest("GET", uri, Map.of(), new byte[0]);
    return call(signing -> {
      try {
        return route.webSockets().connect(uri, signed(upgrade, signing).headers(), limits);
      } catch (UpgradeRefused refused) {
        clock.saw(refused.response().header("date"));
        throw FaultResponse.read(refused.response());
      }
    });
  }

  private HttpRequest signed(HttpRequest request, Credentials signing) {
    return RequestSigner.sign(request, signing, credentials.region(), GATEWAY, clock.instant());
  }
}
