package dev.postern.agent.forward;

import dev.postern.transport.SmuxSession;
import dev.postern.wire.control.PortProperties;
import dev.postern.wire.handshake.ClientVersion;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.SessionFlag;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The node's end of a port session. Input comes on the data channel's delivery thread, which waits
 * in it while a destination is slow; {@link #close} ends every wait.
 */
public sealed interface PortSession extends AutoCloseable permits BasicPort, MuxPort {
  /** Where what comes from destinations goes, and who hears of the session's end. */
  interface Line extends SmuxSession.Carrier {
    /** Tells the client something that is no output. */
    void flag(SessionFlag flag) throws IOException;

    /** The destination has ended the session; all its output was handed over. */
    void onEnd();

    /** The session cannot go on; the text is for its user. */
    void onFailure(String reason);
  }

  /**
   * Opens what a session asks for, in the form that the client understands (spec/data-channel.md
   * 6.3, 7.1).
   *
   * @throws IOException when there is no such destination, with a text for the user
   */
  static PortSession open(
      PortProperties properties, DeniedAddresses denied, HandshakeResponse client, Line line)
      throws IOException {
    Destination destination = Destination.of(properties, denied);
    if (!properties.type().equals(PortProperties.LOCAL_PORT_FORWARDING)) {
      return BasicPort.open(destination, line, false);
    }
    ClientVersion version = new ClientVersion(client.clientVersion());
    if (!version.supportsMux()) {
      return BasicPort.open(destination, line, true);
    }
    destination.check();
    return new MuxPort(
        destination, line, SmuxRules.of(client.extensions()), !version.disablesSmuxKeepAlive());
  }

  /** What the client sent. */
  void input(ByteBuffer bytes) throws MalformedMessageException, InterruptedException;

  /** What the client said beside it; flags of other kinds of session are ignored. */
  void onFlag(SessionFlag flag);

  /** Closes all connections. Idempotent. */
  @Override
  void close();
}
