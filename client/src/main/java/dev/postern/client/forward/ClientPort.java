package dev.postern.client.forward;

import dev.postern.transport.SmuxSession;
import dev.postern.wire.control.PortProperties;
import dev.postern.wire.handshake.AgentVersion;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.SessionFlag;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The client's end of a port session (spec/data-channel.md 7). Input comes on the data channel's
 * delivery thread, which waits in it while the reader here is slow; {@link #close} ends every wait.
 */
public sealed interface ClientPort extends AutoCloseable
    permits MuxListener, BasicListener, StandardStreams {
  /** Where what comes from here goes, and who hears of what happens. */
  interface Line extends SmuxSession.Carrier {
    /** Tells the agent something that is no output. */
    void flag(SessionFlag flag) throws IOException;

    /** Tells the person something. */
    void say(String text);

    /** Input that was refused would now be taken. */
    void onReady();

    /** This side has nothing more to send, and the agent cannot be told so. */
    void onInputEnded();

    /** Nobody reads what comes for the standard output any more. */
    void onOutputClosed();

    /** The session cannot go on; the text is for the person. */
    void onFailure(String reason);
  }

  /**
   * What a session was agreed to be.
   *
   * @param sessionId for texts
   * @param agent decides between mux and basic
   * @param rules what both ends agreed on
   */
  record Agreement(
      String sessionId, PortProperties properties, AgentVersion agent, SmuxRules rules) {}

  /**
   * Begins to listen, or to read the standard input.
   *
   * @throws IOException when there is nothing to listen on, with a text for the person
   */
  static ClientPort open(
      Agreement agreement, LocalWish wish, InputStream input, OutputStream output, Line line)
      throws IOException {
    if (!agreement.properties.type().equals(PortProperties.LOCAL_PORT_FORWARDING)) {
      return StandardStreams.open(input, output, line, agreement.rules.halfClose());
    }
    LocalListener listener = LocalListener.open(agreement.properties, wish);
    return agreement.agent.supportsMux()
        ? MuxListener.open(agreement, listener, line)
        : BasicListener.open(agreement, listener, line);
  }

  /**
   * What the agent sent.
   *
   * @return false when it has to wait until {@link Line#onReady}
   */
  boolean input(ByteBuffer bytes) throws MalformedMessageException, InterruptedException;

  /** What the agent said beside it. */
  void onFlag(SessionFlag flag);

  /** Closes all connections and what listens. Idempotent. */
  @Override
  void close();
}
