package dev.postern.client.session;

import dev.postern.aws.Fault;
import dev.postern.client.api.ApiAccess;
import dev.postern.transport.DataChannel;
import dev.postern.transport.DataChannel.SessionEndedException;
import dev.postern.transport.Keepalive;
import dev.postern.transport.WebSocket;
import dev.postern.transport.WebSocketClient;
import dev.postern.transport.WebSocketLimits;
import dev.postern.wire.MessageChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Opens the client's connections of one session: the first with the token of StartSession, each
 * later one with a token of ResumeSession, always to the same address with the same client id
 * (spec/data-channel.md 9.1, MUST 42). Called by the data channel's reader.
 */
public final class SessionDialer implements DataChannel.Dialer {
  /** The official plugin waits longer; a person wants to know earlier. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  /** A dead link is noticed within half a minute, however quiet the session is. */
  private static final Keepalive KEEPALIVE =
      new Keepalive(Duration.ZERO, Duration.ofSeconds(15), Duration.ofSeconds(15));

  /** As long as the server keeps a session whose client is gone, a new connection can save it. */
  private static final DataChannel.ReconnectPolicy POLICY =
      DataChannel.ReconnectPolicy.doubling(
          Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(60));

  /**
   * The first connection of a session that the server has just started; the official plugin's
   * number.
   */
  private static final int FIRST_DIALS_MAX = 6;

  private static final WebSocketLimits LIMITS =
      WebSocketLimits.withKeepalive(KEEPALIVE).withConnectTimeout(CONNECT_TIMEOUT);

  /** Told of what a person may want to know. Called by the data channel's reader. */
  public interface Notices {
    /** Tells nothing. */
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
  private final SecureRandom random = new SecureRandom();
  private final String clientId = UUID.randomUUID().toString();
  private final LazyCalls calls = new LazyCalls();

  /** Of the reader's thread. */
  private boolean tokenUsed;

  /** Of the reader's thread. */
  private int firstDials;

  public SessionDialer(SessionTicket ticket, ApiAccess access, Notices notices) {
    this.ticket = ticket;
    this.access = access;
    this.notices = notices;
  }

  /** The API calls of this session; credentials are looked for when the first is made. */
  public SessionCalls calls() {
    return calls;
  }

  /** A data channel over the connections of this dialer. */
  public DataChannel channel(DataChannel.Receiver receiver) {
    return new DataChannel(
        Side.CLIENT, ticket.sessionId(), this, receiver, POLICY, InstantSource.system(), random);
  }

  @Override
  public MessageChannel dial() throws IOException {
    boolean again = tokenUsed;
    String token = ticket.tokenValue();
    if (again) {
      notices.onDialAgain();
      token = resume();
    }
    WebSocket socket = connect();
    boolean open = false;
    try {
      tokenUsed = true;
      socket.sendText(
          OpenDataChannel.fromClient(
                  UUID.randomUUID().toString(), token, clientId, ClientVersion.TEXT)
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

  private WebSocket connect() throws IOException {
    try {
      return WebSocketClient.connect(
          ticket.streamUrl(), Map.of(), access.trust(), access.proxies(), LIMITS, random);
    } catch (IOException | IllegalArgumentException failure) {
      boolean hopeless =
          failure instanceof SSLException || failure instanceof IllegalArgumentException;
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
   * Asking again helps against a server in trouble or too many calls, not against anything else.
   */
  private static boolean isFinal(Fault refusal) {
    boolean throttled =
        refusal.code().startsWith("Throttling") || refusal.code().startsWith("TooManyRequests");
    return refusal.httpStatus() < 500 && !throttled;
  }

  /** Finds region, endpoint and credentials only when a call is needed: most sessions need none. */
  private final class LazyCalls implements SessionCalls {
    private @Nullable SessionCalls found;

    private synchronized SessionCalls found() throws IOException {
      SessionCalls calls = found;
      if (calls == null) {
        calls = access.ssm();
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
