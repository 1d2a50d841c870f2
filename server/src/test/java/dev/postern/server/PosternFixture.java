package dev.postern.server;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.json.Json;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.aws.xml.XmlElement;
import dev.postern.server.listener.JdkWebSocket;
import dev.postern.server.peer.Peer;
import dev.postern.server.session.GatewayTime;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;

/**
 * A whole server, and everything that its tests know about it they learned through its doors: the
 * administrator's key from the file, all else over TLS.
 */
public final class PosternFixture implements AutoCloseable {
  private static final String REGION = "us-east-1";

  private final Path data;
  private Postern server;
  private final HttpClient client;
  private volatile Duration passed = Duration.ZERO;

  /** What sessions wait by; the hour stays what it is when a test moves this. */
  public final MovableTime steady = new MovableTime();

  public final Credentials administrator;

  public PosternFixture(Path directory) throws Exception {
    data = directory.resolve("data");
    server = start();
    client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trust()).build();
    administrator =
        new Credentials(value("aws_access_key_id"), value("aws_secret_access_key"), null);
  }

  private Postern start() {
    PosternConfig config =
        PosternConfig.load(Optional.empty(), Map.of(), Map.of("server.listen", "127.0.0.1:0"));
    var time = new GatewayTime(this::now, steady.gatewayTime().nanoTime());
    return Postern.start(config, data, Map.of(), time, new SecureRandom());
  }

  /** Stops the server and starts another one on the same data, at another port. */
  public void restart() {
    server.close();
    server = start();
  }

  /** The server's time and the signers'. */
  public Instant now() {
    return Instant.now().plus(passed);
  }

  public void advance(Duration duration) {
    passed = passed.plus(duration);
  }

  private SSLContext trust() throws Exception {
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    try (InputStream pem = Files.newInputStream(data.resolve("tls/ca.pem"))) {
      anchors.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(anchors);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  private String value(String name) throws Exception {
    return Files.readAllLines(data.resolve("aws/credentials")).stream()
        .filter(line -> line.startsWith(name + " = "))
        .map(line -> line.substring(name.length() + 3))
        .findFirst()
        .orElseThrow();
  }

  /** A managed node as its agent sees it. */
  public record Node(String id, KeyPair keys, String fingerprint, Credentials credentials) {}

  /** A session as its client sees it. */
  public record Started(String id, String token) {}

  public Node enrol() throws Exception {
    Map<String, Object> activation =
        answer(
            sign(
                json("AmazonSSM.CreateActivation", Map.of("IamRole", "SSMServiceRole")),
                administrator,
                "ssm"));
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    String fingerprint = UUID.randomUUID().toString();
    String id =
        text(
            answer(
                json(
                    "AmazonSSM.RegisterManagedInstance",
                    Map.of(
                        "ActivationId", text(activation, "ActivationId"),
                        "ActivationCode", text(activation, "ActivationCode"),
                        "Fingerprint", fingerprint,
                        "PublicKey", NodeSignature.encode(keys.getPublic()),
                        "PublicKeyType", "Rsa"))),
            "InstanceId");
    Map<String, Object> token =
        answer(
            NodeSignature.sign(
                roleTokenRequest(fingerprint), id, keys.getPrivate(), REGION, now()));
    return new Node(
        id,
        keys,
        fingerprint,
        new Credentials(
            text(token, "AccessKeyId"),
            text(token, "SecretAccessKey"),
            text(token, "SessionToken")));
  }

  public HttpRequest roleTokenRequest(String fingerprint) {
    return json("AmazonSSM.RequestManagedInstanceRoleToken", Map.of("Fingerprint", fingerprint));
  }

  public HttpRequest json(String target, Map<String, Object> members) {
    return new HttpRequest(
        "POST",
        server.publicUrl().resolve("/"),
        Map.of(
            "content-type", List.of("application/x-amz-json-1.1"), "x-amz-target", List.of(target)),
        Json.write(members));
  }

  /** CreateControlChannel or CreateDataChannel, by its path. */
  public HttpRequest channel(String path) {
    return new HttpRequest(
        "POST",
        server.publicUrl().resolve(path),
        Map.of("content-type", List.of("application/json")),
        "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"r\"}".getBytes(StandardCharsets.UTF_8));
  }

  public HttpRequest controlUpgrade(String instanceId) {
    return get("/v1/control-channel/" + instanceId + "?role=subscribe&stream=input");
  }

  public HttpRequest dataUpgrade(String sessionId) {
    return get("/v1/data-channel/" + sessionId + "?role=publish_subscribe");
  }

  private HttpRequest get(String target) {
    return new HttpRequest("GET", server.publicUrl().resolve(target), Map.of(), new byte[0]);
  }

  public HttpRequest sign(HttpRequest request, Credentials credentials, String service) {
    return sign(request, credentials, service, now());
  }

  public static HttpRequest sign(
      HttpRequest request, Credentials credentials, String service, Instant time) {
    return RequestSigner.sign(request, credentials, REGION, service, time);
  }

  /** The same signature on another request. */
  public static HttpRequest moved(HttpRequest signed, HttpRequest other) {
    return new HttpRequest(other.method(), other.uri(), signed.headers(), other.body());
  }

  public HttpResponse<byte[]> send(HttpRequest request) throws Exception {
    java.net.http.HttpRequest.Builder builder =
        java.net.http.HttpRequest.newBuilder(request.uri())
            .timeout(Duration.ofSeconds(20))
            .method(
                request.method(),
                java.net.http.HttpRequest.BodyPublishers.ofByteArray(request.body()));
    request
        .headers()
        .forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
    return client.send(builder.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** The answer of a call that must succeed. */
  public Map<String, Object> answer(HttpRequest request) throws Exception {
    HttpResponse<byte[]> response = send(request);
    if (response.statusCode() != 200) {
      throw new AssertionError(new String(response.body(), StandardCharsets.UTF_8));
    }
    return Json.readObject(response.body());
  }

  /** The token of a channel's creation, which must succeed. */
  public String channelToken(Node node, String path) throws Exception {
    HttpResponse<byte[]> response = send(sign(channel(path), node.credentials(), "ssmmessages"));
    if (response.statusCode() != 201) {
      throw new AssertionError(new String(response.body(), StandardCharsets.UTF_8));
    }
    return Objects.requireNonNull(XmlElement.parse(response.body()).childText("TokenValue"));
  }

  public String controlToken(Node node) throws Exception {
    return channelToken(node, "/v1/control-channel/" + node.id());
  }

  public String agentToken(Node node, String sessionId) throws Exception {
    return channelToken(node, "/v1/data-channel/" + sessionId);
  }

  public JdkWebSocket open(HttpRequest upgrade) throws Exception {
    return JdkWebSocket.open(
        client,
        URI.create(upgrade.uri().toString().replaceFirst("^https", "wss")),
        upgrade.headers());
  }

  /** Opens a WebSocket and sends the token that is to open the channel. */
  public JdkWebSocket open(HttpRequest upgrade, String token) throws Exception {
    JdkWebSocket socket = open(upgrade);
    socket.sendText(opening(token));
    return socket;
  }

  public static String opening(String token) {
    return "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"r\",\"TokenValue\":\""
        + token
        + "\"}";
  }

  /** The status that an upgrade was refused with. */
  public int refusal(HttpRequest upgrade) throws Exception {
    try (JdkWebSocket _ = open(upgrade)) {
      throw new AssertionError("the upgrade was accepted");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw failed;
    }
  }

  public HttpRequest signedControlUpgrade(Node node) {
    return sign(controlUpgrade(node.id()), node.credentials(), "ssmmessages");
  }

  public HttpRequest signedDataUpgrade(Node node, String sessionId) {
    return sign(dataUpgrade(sessionId), node.credentials(), "ssmmessages");
  }

  /** A control channel that is known to be open. */
  public JdkWebSocket connect(Node node) throws Exception {
    JdkWebSocket control = open(signedControlUpgrade(node), controlToken(node));
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> isConnected(node));
    return control;
  }

  public boolean isConnected(Node node) throws Exception {
    return text(
            answer(
                sign(
                    json("AmazonSSM.GetConnectionStatus", Map.of("Target", node.id())),
                    administrator,
                    "ssm")),
            "Status")
        .equals("connected");
  }

  public Started startSession(Node node) throws Exception {
    Map<String, Object> started =
        answer(
            sign(
                json("AmazonSSM.StartSession", Map.of("Target", node.id())), administrator, "ssm"));
    return new Started(text(started, "SessionId"), text(started, "TokenValue"));
  }

  /** An API call of the administrator's that must succeed. */
  public Map<String, Object> call(String operation, Map<String, Object> members) throws Exception {
    return answer(sign(json("AmazonSSM." + operation, members), administrator, "ssm"));
  }

  /** A session as DescribeSessions tells it, live or ended. */
  public Map<?, ?> session(String sessionId) throws Exception {
    var filter = List.of(Map.of("key", "SessionId", "value", sessionId));
    for (String state : List.of("Active", "History")) {
      Map<String, Object> answer =
          call("DescribeSessions", Map.of("State", state, "Filters", filter));
      if (answer.get("Sessions") instanceof List<?> found
          && !found.isEmpty()
          && found.getFirst() instanceof Map<?, ?> session) {
        return session;
      }
    }
    throw new AssertionError("there is no session " + sessionId);
  }

  public void awaitStatus(String sessionId, String status) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> session(sessionId).get("Status"), status::equals);
  }

  /** A node's end of a session, open. */
  public Peer agent(Node node, String sessionId) throws Exception {
    return new Peer(open(signedDataUpgrade(node, sessionId), agentToken(node, sessionId)));
  }

  /** A client's end of a session, open. */
  public Peer client(Started session) throws Exception {
    return new Peer(open(dataUpgrade(session.id()), session.token()));
  }

  public static String text(Map<String, Object> tree, String member) {
    return String.valueOf(tree.get(member));
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
