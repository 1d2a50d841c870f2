package dev.postern.client.session;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.client.api.ApiAccess;
import dev.postern.transport.ChannelSettings;
import dev.postern.transport.ChannelThreads;
import dev.postern.transport.DataChannel;
import dev.postern.transport.Keepalive;
import dev.postern.transport.ReconnectPolicy;
import dev.postern.transport.SessionEndedException;
import dev.postern.transport.WebSocket;
import dev.postern.transport.WebSocketClient;
import dev.postern.transport.WebSocketLimits;
import dev.postern.wire.MessageChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Opens the client's connections of one session: the first with the token of StartSession, each
 * later one with a token of ResumeSession, always to the same address with the same client id
 * (spec/data-channel.md 9.1, MUST 42). Called by the data channel's reader.
 */
public final class SessionDialer implements DataChannel.Dialer {
  /** The official plugin waits longer; a person wants to know earlier. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  /** Where nobody would hear of it, half a minute will do: a slow path is not given up early. */
  private static final Keepalive NOBODY_WAITS =
      new Keepalive(Duration.ZERO, Duration.ofSeconds(15), Duration.ofSeconds(15));

  /** As long as the server keeps a session whose client is gone, a new connection can save it. */
  private static final ReconnectPolicy POLICY =
      ReconnectPolicy.doubling(
          Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(60));

  /**
   * The first connection of a session that the server has just started; the official plugin's
   * number.
   */
  private static final int FIRST_DIALS_MAX = 6;

  /** How the server refuses a token (RFC 6455 7.4.1). */
  private static final int POLICY_VIOLATION = 1008;

  private static final List<String> AWS_DOMAINS =
      List.of(".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn");

  private static final List<String> FOR_THE_SERVICE =
      List.of(Extension.RESUME_TOKEN, Extension.NO_START_PAUSE, Extension.ACKNOWLEDGES_REPEATS);

  /** Told of what a person may want to know. Called by the data channel's reader. */
  public interface Notices {
    /** Tells nobody. */
    Notices NONE =
        new Notices() {
          @Override
          public void onDialAgain() {}

          @Override
          public void onConnectedAgain() {}
        };

    /** The connection is lost and being opened again; called at each try. */
    void onDialAgain();

    /** The session goes on. */
    void onConnectedAgain();
  }

  private final SessionTicket ticket;
  private final ApiAccess access;
  private final Notices notices;
  private final WebSocketLimits limits;
  private final SecureRandom random = new SecureRandom();
  private final String clientId = UUID.randomUUID().toString();
  private final LazyCalls calls = new LazyCalls();

  /** Of the data channel's dialling. */
  private boolean tokenUsed;

  /** Of the data channel's dialling. */
  private int firstDials;

  /** Of the data channel's dialling: what opens the next connection, null when only a call can. */
  private @Nullable String resumeToken;

  /** Of the data channel's dialling. */
  private @Nullable WebSocket latest;

  public SessionDialer(SessionTicket ticket, ApiAccess access, Notices notices) {
    this.ticket = ticket;
    this.access = access;
    this.notices = notices;
    this.limits =
        WebSocketLimits.withKeepalive(
                notices.equals(Notices.NONE) ? NOBODY_WAITS : Keepalive.SESSION)
            .withConnectTimeout(CONNECT_TIMEOUT);
  }

  /** The API calls of this session; credentials are looked for when the first is made. */
  public SessionCalls calls() {
    return calls;
  }

  /** A data channel over the connections of this dialer. */
  public DataChannel channel(DataChannel.Receiver receiver) {
    return new DataChannel(
        Side.CLIENT,
        ticket.sessionId(),
        this,
        receiver,
        new ChannelSettings(POLICY, InstantSource.system(), random, ChannelThreads.PLATFORM));
  }

  @Override
  public MessageChannel dial() throws IOException {
    boolean again = tokenUsed;
    String token = ticket.tokenValue();
    if (again) {
      notices.onDialAgain();
      token = nextToken();
    }
    WebSocket socket = connect();
    latest = socket;
    boolean open = false;
    try {
      tokenUsed = true;
      socket.sendText(
          OpenDataChannel.fromClient(
                  UUID.randomUUID().toString(),
                  token,
                  clientId,
                  ClientVersion.TEXT,
                  extensions(ticket.streamUrl()))
              .toJson());
      open = true;
    } finally {
      if (!open) {
        socket.close();
      }
    }
    if (again) {
      notices.onConnectedAgain();
    }
    return socket;
  }

  /** A call needs credentials that are still good; what the server gave us does not. */
  private String nextToken() throws IOException {
    WebSocket.PeerClose close = latest == null ? null : latest.peerClose();
    if (close != null && close.code() == POLICY_VIOLATION) {
      resumeToken = null;
    }
    return resumeToken == null ? resume() : resumeToken;
  }

  /** The older one stays good until the newer is used, so losing this message loses nothing. */
  @Override
  public void onResumeToken(String tokenValue) {
    resumeToken = tokenValue;
  }

  /** AWS is told nothing that its own plugin does not say: it may be strict about members. */
  static List<String> extensions(URI streamUrl) {
    String host = String.valueOf(streamUrl.getHost()).toLowerCase(Locale.ROOT);
    boolean aws = AWS_DOMAINS.stream().anyMatch(host::endsWith);
    return aws ? List.of() : FOR_THE_SERVICE;
  }

  private WebSocket connect() throws IOException {
    try {
      return WebSocketClient.connect(
          ticket.streamUrl(), Map.of(), access.trust(), access.proxies(), limits, random);
    } catch (IOException | IllegalArgumentException failure) {
      // A certificate that is not trusted; a server that hangs up may be about to start.
      boolean hopeless =
          failure instanceof SSLHandshakeException || failure instanceof IllegalArgumentException;
      if (!tokenUsed && (hopeless || ++firstDials >= FIRST_DIALS_MAX)) {
        throw ended(String.valueOf(failure.getMessage()), failure);
      }
      throw failure;
    }
  }

  private static SessionEndedException ended(String message, Exception cause) {
    SessionEndedException ended = new SessionEndedException(message);
    ended.initCause(cause);
    return ended;
  }

  private String resume() throws IOException {
    String token;
    try {
      token = calls.resume(ticket.sessionId());
    } catch (Fault refusal) {
      if (isFinal(refusal)) {
        throw ended(refusal.code() + ": " + refusal.message(), refusal);
      }
      throw new IOException(refusal.getMessage(), refusal);
    }
    if (token == null) {
      throw ended("the session has ended", new SessionOver());
    }
    return token;
  }

  /**
   * Asking again helps against a server in trouble, too many calls, and whoever answered in the
   * service's place; not against anything that the service itself refuses.
   */
  private static boolean isFinal(Fault refusal) {
    boolean throttled =
        refusal.code().startsWith("Throttling") || refusal.code().startsWith("TooManyRequests");
    boolean ofAnother = refusal.code().equals(FaultResponse.UNKNOWN_CODE);
    return refusal.httpStatus() < 500 && !throttled && !ofAnother;
  }

  /** Finds region, endpoint and credentials only when a call is needed: most sessions need none. */
  private final class LazyCalls implements SessionCalls {
    private @Nullable SessionCalls found;

    private synchronized SessionCalls found() throws IOException {
      SessionCalls calls = found;
      if (calls == null) {
        calls = access.sessionCalls();
        found = calls;
      }
      return calls;
    }

    @Override
    public @Nullable String resume(SessionId session) throws IOException {
      return found().resume(session);
    }

    @Override
    public void terminate(SessionId session) throws IOException {
      found().terminate(session);
    }
  }
}
