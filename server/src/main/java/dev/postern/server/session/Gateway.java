package dev.postern.server.session;

import dev.postern.server.bus.Bus;
import dev.postern.server.bus.EndSession;
import dev.postern.server.bus.IsConnected;
import dev.postern.server.bus.NodeRemoved;
import dev.postern.server.bus.StartOnNode;
import dev.postern.server.listener.EventLoops;
import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.store.SessionFilter;
import dev.postern.server.store.SessionPage;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Sessions;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.OpenControlChannel;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the agents' control channels and the live sessions, and makes the handlers of their
 * WebSockets. Safe for use by many threads; each session and each connection has its own loop.
 *
 * <p>Bytes never wait for the store: tokens are redeemed and statuses written on virtual threads of
 * the gateway, which end with it.
 */
public final class Gateway implements AutoCloseable {
  /** Agents refuse control messages of 142,000 bytes. */
  static final int CONTROL_MESSAGE_BYTES_MAX = 141_000;

  static final int SESSIONS_MAX = 50_000;

  /** Longer lost connections need a call (design: live sessions follow policy). */
  static final Duration RESUME_TOKEN_LIFETIME = Duration.ofHours(12);

  private static final int POLICY_VIOLATION = 1008;
  private static final int PAGE = 500;
  private static final int CLOSE_MAX_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final Tokens tokens;
  private final Sessions sessionRecords;
  private final Bus bus;
  private final EventLoops loops;
  private final OwnerRight ownerRight;
  private final GatewayOptions options;
  private final OwnMessages messages;
  private final Counts counts = new Counts();
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("gateway-", 0).factory());
  private final HeldSessions sessions = new HeldSessions();
  private final ConcurrentMap<String, ControlChannel> controlChannels = new ConcurrentHashMap<>();
  private final SessionSurroundings surroundings;
  private final List<Bus.Registration> subscriptions = new ArrayList<>();
  private volatile boolean closed;

  /**
   * @param random must be safe for use by many threads
   */
  public Gateway(
      Tokens tokens,
      Sessions sessionRecords,
      Bus bus,
      EventLoops loops,
      GatewayOptions options,
      OwnerRight ownerRight,
      GatewayTime time,
      RandomGenerator random) {
    this.tokens = tokens;
    this.sessionRecords = sessionRecords;
    this.bus = bus;
    this.loops = loops;
    this.options = options;
    this.ownerRight = ownerRight;
    this.messages = new OwnMessages(time.clock(), random);
    this.surroundings =
        new SessionSurroundings(
            options,
            time,
            new Relay.Shared(messages, counts, new HeldBytes()),
            sessionRecords,
            workers,
            controlChannels::get,
            sessions::remove);
  }

  /**
   * Takes over the sessions that were live when the server stopped: each waits for its sides, and
   * ends when they do not come. Called once, before connections come.
   */
  public void start() {
    subscriptions.add(bus.subscribe(NodeRemoved.class, event -> onNodeRemoved(event.instanceId())));
    Optional<SessionPage.Cursor> after = Optional.empty();
    do {
      SessionPage page = sessionRecords.page(false, SessionFilter.NONE, after, PAGE);
      page.sessions().forEach(record -> hold(SessionTicket.of(record), true));
      after = page.next();
    } while (after.isPresent());
    if (sessions.size() > 0) {
      LOG.info("{} sessions wait for their sides to come back", sessions.size());
    }
  }

  /** The handler of a node's control channel; the node's identity was proved by its signature. */
  public WebSocketHandler controlChannel(String instanceId) {
    return opening(text -> openControl(instanceId, text));
  }

  /** The handler of the agent's end of a session, opened by this node. */
  public WebSocketHandler agentDataChannel(SessionId sessionId, String instanceId) {
    return opening(text -> openAgentData(sessionId, instanceId, text));
  }

  /** The handler of the client's end of a session; the token is all that proves its right. */
  public WebSocketHandler clientDataChannel(SessionId sessionId) {
    return opening(text -> openClientData(sessionId, text));
  }

  private WebSocketHandler opening(OpeningChannel.Check check) {
    return new OpeningChannel(check, workers, options.timing().openMax(), counts);
  }

  private OpeningChannel.Opened openControl(String instanceId, String text)
      throws OpeningChannel.Refused {
    String token;
    try {
      token = OpenControlChannel.parse(bytes(text)).tokenValue();
    } catch (MalformedMessageException malformed) {
      throw new OpeningChannel.Refused("not OpenControlChannel");
    }
    redeem(Tokens.Kind.CONTROL_CHANNEL, token, instanceId);
    return new OpeningChannel.Opened(
        new ControlChannel(
            instanceId, this, messages, counts, options.timing().controlSilenceMax()),
        Optional.empty());
  }

  private OpeningChannel.Opened openAgentData(SessionId sessionId, String instanceId, String text)
      throws OpeningChannel.Refused {
    OpenDataChannel open = openData(text);
    redeem(Tokens.Kind.AGENT_DATA_CHANNEL, open.tokenValue(), sessionId.value());
    Session session = session(sessionId);
    if (!session.instanceId().equals(instanceId)) {
      throw new OpeningChannel.Refused("the session is another node's");
    }
    return new OpeningChannel.Opened(
        new DataChannel(session, Side.AGENT, instanceId, open.extensions()),
        Optional.of(session.loop()));
  }

  private OpeningChannel.Opened openClientData(SessionId sessionId, String text)
      throws OpeningChannel.Refused {
    OpenDataChannel open = openData(text);
    if (!tokens.use(Tokens.Kind.CLIENT_RESUME, sessionId.value(), open.tokenValue())) {
      redeem(Tokens.Kind.CLIENT_DATA_CHANNEL, open.tokenValue(), sessionId.value());
    }
    Optional<SessionRecord> record = sessionRecords.find(sessionId);
    if (record.isPresent() && !ownerRight.stands(record.get())) {
      throw new OpeningChannel.Refused("the session's owner may no longer hold it");
    }
    Session session = session(sessionId);
    DataChannel channel = new DataChannel(session, Side.CLIENT, open.clientId(), open.extensions());
    if (open.extensions().contains(Extension.RESUME_TOKEN)) {
      workers.execute(() -> giveResumeToken(sessionId, channel));
    }
    return new OpeningChannel.Opened(channel, Optional.of(session.loop()));
  }

  /** On a worker, beside the opening: the first bytes need not wait for the store. */
  private void giveResumeToken(SessionId sessionId, DataChannel channel) {
    try {
      String token =
          tokens.issue(Tokens.Kind.CLIENT_RESUME, sessionId.value(), RESUME_TOKEN_LIFETIME);
      channel.sayWhenOpen(messages.resumeToken(token));
    } catch (RuntimeException failure) {
      LOG.error("session {}: the client gets no resume token", sessionId, failure);
    }
  }

  private static OpenDataChannel openData(String text) throws OpeningChannel.Refused {
    try {
      return OpenDataChannel.parse(bytes(text));
    } catch (MalformedMessageException malformed) {
      throw new OpeningChannel.Refused("not OpenDataChannel");
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void redeem(Tokens.Kind kind, String token, String subject)
      throws OpeningChannel.Refused {
    if (!tokens.redeem(kind, token).equals(Optional.of(subject))) {
      throw new OpeningChannel.Refused("the token does not open this channel");
    }
  }

  /** The live session, taken over from the store where nobody holds it yet. */
  private Session session(SessionId id) throws OpeningChannel.Refused {
    Session session = sessions.get(id);
    if (session == null) {
      Optional<SessionRecord> record = sessionRecords.find(id);
      if (record.isEmpty() || record.get().status().isHistory()) {
        throw new OpeningChannel.Refused("the session is over");
      }
      session = hold(SessionTicket.of(record.get()), true);
    }
    return session;
  }

  private Session hold(SessionTicket ticket, boolean restored) {
    Session fresh = new Session(ticket, loops.next(), surroundings, restored);
    Session before = sessions.putIfAbsent(fresh);
    if (before != null) {
      return before;
    }
    fresh.begin(
        bus.respond(
            EndSession.class,
            new EndSession(ticket.id(), "", "").subject(),
            question -> {
              fresh.requestEnd(Ending.request(question.output(), question.details()));
              return true;
            }));
    return fresh;
  }

  /** On the channel's loop: it is the node's newest, and answers for it from now on. */
  List<Bus.Registration> controlChannelOpened(ControlChannel channel) {
    if (closed) {
      channel.abort();
      return List.of();
    }
    String instanceId = channel.instanceId();
    ControlChannel before = controlChannels.put(instanceId, channel);
    if (before != null) {
      before.abort();
    }
    String subject = new IsConnected(instanceId).subject();
    List<Bus.Registration> responders =
        List.of(
            bus.respond(IsConnected.class, subject, question -> true),
            bus.respond(StartOnNode.class, subject, question -> startOn(channel, question)));
    sessions.of(instanceId).forEach(Session::controlChannelOpened);
    return responders;
  }

  /** On the channel's loop. */
  void controlChannelClosed(ControlChannel channel) {
    controlChannels.remove(channel.instanceId(), channel);
  }

  /** On the asker's thread. */
  private boolean startOn(ControlChannel channel, StartOnNode question) {
    ByteBuffer start = messages.start(question.task());
    Optional<SessionRecord> record = sessionRecords.find(question.sessionId());
    if (start.remaining() > CONTROL_MESSAGE_BYTES_MAX
        || !channel.isWritable()
        || sessions.size() >= SESSIONS_MAX
        || record.isEmpty()) {
      return false;
    }
    hold(SessionTicket.of(record.get()), false);
    channel.send(start);
    return true;
  }

  /** A node reports the end of a task; only its own sessions are its to end. */
  void taskComplete(String instanceId, AgentTaskComplete complete) {
    if (!SessionId.isValid(complete.taskId())) {
      counts.droppedMessages.increment();
      return;
    }
    Session session = sessions.get(new SessionId(complete.taskId()));
    if (session != null && session.instanceId().equals(instanceId)) {
      session.taskComplete(complete);
    }
  }

  private void onNodeRemoved(String instanceId) {
    for (Session session : sessions.of(instanceId)) {
      session.requestEnd(
          Ending.request(
              "The managed node was deregistered.", "The managed node was deregistered."));
    }
    ControlChannel channel = controlChannels.get(instanceId);
    if (channel != null) {
      channel.close(POLICY_VIOLATION, "deregistered");
    }
  }

  /** How many sessions are held. */
  public int sessionCount() {
    return sessions.size();
  }

  Counts counts() {
    return counts;
  }

  /**
   * Lets go of everything: sessions stay live in the store, and their sides come back to whoever
   * starts next. Bounded. Idempotent.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    subscriptions.forEach(Bus.Registration::close);
    sessions.all().forEach(Session::leave);
    controlChannels
        .values()
        .forEach(channel -> channel.close(Session.TRY_AGAIN, "the server stops"));
    workers.shutdown();
    try {
      if (!workers.awaitTermination(CLOSE_MAX_SECONDS, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
