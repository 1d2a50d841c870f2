package dev.postern.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.sigv4.AccessKey;
import dev.postern.aws.sigv4.BodyHash;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.ReceivedRequest;
import dev.postern.aws.sigv4.RequestPath;
import dev.postern.aws.sigv4.RequestSignature;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service for one node on a loopback port: checks every signature, keeps what it was told, and
 * hands the node's WebSockets to the test.
 */
public final class FakeService implements AutoCloseable {
  public static final String NODE = "mi-0123456789abcdef0";
  public static final String CODE = "the-activation-code-1";
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** A WebSocket of the node, and the text with which it was introduced. */
  public record Opened(String path, String introduction, FakeSocket socket) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Request(String method, String target, Map<String, String> headers, byte[] body) {}

  /** A request as it came, accepted or not; the operation is the path where it has one. */
  public record Received(String operation, Map<String, String> headers, String body) {}

  private record NodeKey(String secretAccessKey, String token, @Nullable Instant expiration)
      implements AccessKey {
    @Override
    public boolean acceptsSessionToken(@Nullable String sessionToken) {
      return token.equals(sessionToken);
    }
  }

  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Map<String, NodeKey> keys = new ConcurrentHashMap<>();
  private final BlockingQueue<Opened> sockets = new LinkedBlockingQueue<>();

  /** Operations in the order in which they were accepted. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  public final List<Received> received = new CopyOnWriteArrayList<>();
  public final List<Map<String, Object>> pings = new CopyOnWriteArrayList<>();
  public volatile @Nullable PublicKey nodeKey;
  public volatile String fingerprint = "";
  public volatile String region = "us-east-1";
  public volatile Duration clockAhead = Duration.ZERO;
  public volatile Duration tokenLife = Duration.ofHours(1);
  public volatile boolean updateKeyPair;
  public volatile boolean dropAnswerOfKeyUpdate;
  public volatile boolean refuseTokens;
  public volatile boolean sessionsTerminated;
  public volatile boolean refusePings;
  public volatile boolean denyControlChannels;

  /** Upgrades to data channels are answered once this has been counted down. */
  public volatile CountDownLatch dataChannelGate = new CountDownLatch(0);

  private final String origin;

  public FakeService() throws IOException {
    this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), "http://127.0.0.1");
  }

  /**
   * A service with a listener of its own.
   *
   * @param origin under which nodes know it, without the port
   */
  public FakeService(ServerSocket listener, String origin) {
    this.listener = listener;
    this.origin = origin;
    Thread.ofVirtual().name("fake-service").start(this::accept);
  }

  public URI endpoint() {
    return URI.create(origin + ":" + listener.getLocalPort());
  }

  /** All credentials given out so far are unknown from now on. */
  public void forgetCredentials() {
    keys.clear();
  }

  /** Whether calls with these credentials would be answered now. */
  public boolean accepts(String accessKeyId) {
    NodeKey key = keys.get(accessKeyId);
    return key != null && (key.expiration() == null || now().isBefore(key.expiration()));
  }

  /** The next WebSocket whose path starts like that; others that came before are dropped. */
  public Opened nextSocket(String pathPrefix) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      Opened next = sockets.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new AssertionError("no WebSocket for " + pathPrefix);
      }
      if (next.path().startsWith(pathPrefix)) {
        return next;
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try {
      DataInputStream input = new DataInputStream(socket.getInputStream());
      for (Request request = read(input); request != null; request = read(input)) {
        note(request);
        HttpResponse answer;
        try {
          if (request.headers().containsKey("upgrade")) {
            upgrade(socket, input, request);
            return;
          }
          answer = answer(request);
        } catch (Fault fault) {
          answer = FaultResponse.write(fault, Protocol.JSON, "", "request");
        }
        write(socket, answer);
      }
    } catch (Exception ended) {
      close(socket);
    }
  }

  private void note(Request request) {
    String operation = request.headers().getOrDefault("x-amz-target", request.target());
    received.add(new Received(operation, request.headers(), new String(request.body(), UTF_8)));
  }

  private static @Nullable Request read(DataInputStream input) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = input.read();
      if (next < 0) {
        return null;
      }
      head.write(next);
    }
    List<String> lines = head.toString(ISO_8859_1).lines().toList();
    String[] start = lines.getFirst().split(" ", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size() - 1)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(start[0], start[1], headers, input.readNBytes(length));
  }

  private void write(Socket socket, HttpResponse answer) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " Status\r\n");
    answer
        .headers()
        .forEach((name, values) -> head.append(name + ": " + values.getFirst() + "\r\n"));
    head.append("date: ").append(Timestamps.httpDate(now())).append("\r\n");
    head.append("content-length: ").append(answer.body().length).append("\r\n\r\n");
    socket.getOutputStream().write(head.toString().getBytes(ISO_8859_1));
    socket.getOutputStream().write(answer.body());
    socket.getOutputStream().flush();
  }

  private Instant now() {
    return Instant.now().plus(clockAhead);
  }

  private HttpResponse answer(Request request) throws Exception {
    if (request.target().startsWith("/v1/")) {
      authenticate(request, "ssmmessages");
      if (denyControlChannels && request.target().startsWith("/v1/control-channel/")) {
        throw new Fault("AccessDeniedException", 403, "not with this role");
      }
      if (sessionsTerminated && request.target().startsWith("/v1/data-channel/")) {
        throw new Fault("DoesNotExistException", 400, "Session is already terminated");
      }
      String xml = "<CreateChannelResponse><TokenValue>token</TokenValue></CreateChannelResponse>";
      return new HttpResponse(
          201, Map.of("content-type", List.of("text/xml")), xml.getBytes(UTF_8));
    }
    String operation =
        request.headers().getOrDefault("x-amz-target", "").replaceFirst("^AmazonSSM\\.", "");
    Map<String, Object> answer = run(operation, request, Json.readObject(request.body()));
    calls.add(operation);
    return new HttpResponse(200, Map.of(), Json.write(answer));
  }

  private Map<String, Object> run(String operation, Request request, Map<String, Object> input)
      throws Exception {
    return switch (operation) {
      case "RegisterManagedInstance" -> {
        if (!CODE.equals(input.get("ActivationCode"))) {
          throw new Fault("InvalidActivation", 400, "The activation is not valid.");
        }
        nodeKey = NodeSignature.parsePublicKey(text(input, "PublicKey"));
        fingerprint = text(input, "Fingerprint");
        yield Map.of("InstanceId", NODE);
      }
      case "RequestManagedInstanceRoleToken" -> {
        authenticateNode(request);
        if (!fingerprint.equals(input.get("Fingerprint"))) {
          throw new Fault("MachineFingerprintDoesNotMatch", 400, "another machine");
        }
        yield newToken();
      }
      case "UpdateManagedInstancePublicKey" -> {
        authenticateNode(request);
        nodeKey = NodeSignature.parsePublicKey(text(input, "NewPublicKey"));
        if (dropAnswerOfKeyUpdate) {
          throw new IOException("dropped on purpose");
        }
        yield Map.of();
      }
      case "UpdateInstanceInformation" -> {
        authenticate(request, "ssm");
        if (refusePings) {
          throw new Fault("InternalServerError", 500, "not now");
        }
        pings.add(input);
        yield Map.of();
      }
      default -> throw new Fault("UnknownOperationException", 400, operation);
    };
  }

  private static String text(Map<String, Object> input, String name) {
    if (input.get(name) instanceof String text) {
      return text;
    }
    throw new Fault("ValidationException", 400, name);
  }

  private Map<String, Object> newToken() {
    if (refuseTokens) {
      throw new Fault("InternalServerError", 500, "not now");
    }
    String id = "ASIA" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    Instant expires = now().plus(tokenLife);
    NodeKey key = new NodeKey(UUID.randomUUID().toString(), UUID.randomUUID().toString(), expires);
    keys.put(id, key);
    boolean update = updateKeyPair;
    updateKeyPair = false;
    return Map.of(
        "AccessKeyId", id,
        "SecretAccessKey", key.secretAccessKey(),
        "SessionToken", key.token(),
        "TokenExpirationDate", expires.getEpochSecond(),
        "UpdateKeyPair", update);
  }

  private RequestSignature signature(Request request) {
    int question = request.target().indexOf('?');
    String path = question < 0 ? request.target() : request.target().substring(0, question);
    String query = question < 0 ? "" : request.target().substring(question + 1);
    List<ReceivedRequest.Header> headers = new ArrayList<>();
    request
        .headers()
        .forEach((name, value) -> headers.add(new ReceivedRequest.Header(name, value)));
    RequestSignature signature =
        RequestSignature.parse(
            new ReceivedRequest(request.method(), RequestPath.parse(path), query, headers),
            Protocol.JSON);
    if (signature == null) {
      throw RequestSignature.missing(Protocol.JSON);
    }
    return signature;
  }

  private void authenticate(Request request, String service) {
    RequestSignature signature = signature(request);
    NodeKey _ = signature.verify(service, keys::get, BodyHash.of(request.body()), now());
    signature.requireRegion(region);
  }

  private void authenticateNode(Request request) {
    RequestSignature signature = signature(request);
    signature.requireRegion(region);
    NodeSignature.verify(
        signature, java.util.Objects.requireNonNull(nodeKey), BodyHash.of(request.body()), now());
  }

  private void upgrade(Socket socket, DataInputStream input, Request request) throws Exception {
    authenticate(request, "ssmmessages");
    if (request.target().startsWith("/v1/data-channel/")) {
      dataChannelGate.await();
    }
    byte[] accept =
        MessageDigest.getInstance("SHA-1")
            .digest((request.headers().get("sec-websocket-key") + MAGIC).getBytes(ISO_8859_1));
    String head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(accept)
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    FakeSocket webSocket = new FakeSocket(socket, input);
    String introduction = UTF_8.decode(webSocket.receive()).toString();
    sockets.add(new Opened(request.target(), introduction, webSocket));
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // Closing is all that was wanted.
    }
  }

  @Override
  public void close() throws IOException {
    dataChannelGate.countDown();
    listener.close();
    open.forEach(FakeService::close);
  }
}
