package dev.postern.server.session;

import dev.postern.server.MovableTime;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.bus.StartOnNode;
import dev.postern.server.listener.EventLoops;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import dev.postern.server.listener.HttpHandler;
import dev.postern.server.listener.TestListener;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.Side;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * A gateway with a real store, bus and listener. The path tells who comes: what the edge finds out
 * from signatures stands in the query.
 */
final class TestGateway implements AutoCloseable {
  static final String NODE = "mi-0123456789abcdef0";
  static final Duration TOKEN_LIFETIME = Duration.ofMinutes(1);

  /** Short where a test waits for it, long where it must not interfere. */
  static final GatewayOptions.Timing TIMING =
      new GatewayOptions.Timing(
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          Duration.ofMillis(50),
          Duration.ofSeconds(30),
          Duration.ofSeconds(90),
          Duration.ofSeconds(330),
          Duration.ofSeconds(120));

  static final GatewayOptions OPTIONS =
      new GatewayOptions(Duration.ofSeconds(60), Duration.ofSeconds(60), TIMING);

  private final Store store;
  private final InProcessBus bus = new InProcessBus();
  private final EventLoops loops = new EventLoops(2);
  private final Gateway gateway;
  private final TestListener listener;
  private int sessionsMade;

  /** The gateway's time, for a test to move. */
  final MovableTime time;

  /** Of the sessions that are started next. */
  SessionLimits limits = SessionLimits.DEFAULT;

  /** Of the sessions that are started next. */
  String sessionType = SessionType.STANDARD_STREAM;

  TestGateway(Path directory, GatewayOptions options) throws Exception {
    this(directory, options, new MovableTime());
  }

  TestGateway(Path directory, GatewayOptions options, MovableTime time) throws Exception {
    this.time = time;
    store = new TestStore(directory).open();
    gateway =
        new Gateway(
            store.tokens(),
            store.sessions(),
            bus,
            loops,
            options,
            session -> ownerStands,
            time.gatewayTime(),
            new SecureRandom());
    gateway.start();
    listener = new TestListener(new Routes(), loops);
  }

  /** What is said of every owner's right. */
  volatile boolean ownerStands = true;

  private final class Routes implements HttpHandler {
    @Override
    public HttpAnswer answer(HttpCall call) {
      return new HttpAnswer(404, List.of(), new byte[0]);
    }

    @Override
    public Upgrade upgrade(HttpCall call) {
      String[] parts = call.target().split("[/?=]", -1);
      return new Upgrade.Accepted(
          switch (parts[1]) {
            case "control" -> gateway.controlChannel(parts[2]);
            case "agent" -> gateway.agentDataChannel(new SessionId(parts[2]), parts[4]);
            default -> gateway.clientDataChannel(new SessionId(parts[2]));
          });
    }
  }

  Store store() {
    return store;
  }

  InProcessBus bus() {
    return bus;
  }

  Gateway gateway() {
    return gateway;
  }

  TestListener listener() {
    return listener;
  }

  /** A record as StartSession inserts it, of a session on {@link #NODE}. */
  SessionId newSession() {
    SessionId id = new SessionId("alice-0123456789abcde" + String.format("%04d", sessionsMade++));
    String _ =
        store
            .sessions()
            .insert(
                new SessionRecord(
                    id,
                    "arn:aws:iam::123456789012:user/alice",
                    "AIDA",
                    NODE,
                    "SSM-SessionManagerRunShell",
                    sessionType,
                    Optional.empty(),
                    Status.Connecting,
                    time.now().truncatedTo(ChronoUnit.MILLIS),
                    Optional.empty(),
                    Optional.empty(),
                    limits,
                    Optional.empty()),
                Duration.ofMinutes(5));
    return id;
  }

  /** The same, with its start asked of the node, which must have a control channel. */
  SessionId startSession() throws Exception {
    SessionId id = newSession();
    if (!bus.request(new StartOnNode(NODE, id, "{\"Content\":\"{}\"}"))) {
      throw new AssertionError("not started");
    }
    return id;
  }

  String token(Tokens.Kind kind, String subject) {
    return store.tokens().issue(kind, subject, TOKEN_LIFETIME);
  }

  /** A node's control channel, open as soon as the bus answers for it. */
  Peer control() throws Exception {
    Peer control = Peer.open(listener, "/control/" + NODE);
    control.openControl(token(Tokens.Kind.CONTROL_CHANNEL, NODE));
    awaitConnected();
    return control;
  }

  void awaitConnected() {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> isConnected(NODE));
  }

  boolean isConnected(String instanceId) {
    try {
      return bus.request(new dev.postern.server.bus.IsConnected(instanceId));
    } catch (dev.postern.server.bus.NoResponder none) {
      return false;
    }
  }

  /** The agent's end of a session, with its first text sent. */
  Peer agent(SessionId id) throws Exception {
    Peer agent = Peer.open(listener, "/agent/" + id + "?node=" + NODE);
    agent.openData(token(Tokens.Kind.AGENT_DATA_CHANNEL, id.value()));
    return agent;
  }

  /** The client's end. */
  Peer client(SessionId id) throws Exception {
    Peer client = Peer.open(listener, "/client/" + id);
    client.openData(token(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value()));
    return client;
  }

  Peer side(Side side, SessionId id) throws Exception {
    return side == Side.AGENT ? agent(id) : client(id);
  }

  Status status(SessionId id) {
    return store.sessions().find(id).orElseThrow().status();
  }

  void awaitStatus(SessionId id, Status status) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> status(id), status::equals);
  }

  /** Ends only the server's part; the store's files stay for the next one. */
  @Override
  public void close() {
    gateway.close();
    listener.close();
    bus.close();
    store.close();
  }
}
