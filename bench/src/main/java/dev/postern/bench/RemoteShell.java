package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.Ssm;
import dev.postern.client.session.SessionDialer;
import dev.postern.client.session.SessionTicket;
import dev.postern.transport.DataChannel;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A shell on a managed node, on a data channel of our own client. The session is terminated by
 * {@link #close}, which waits for the server to close the channel so that the next measurement does
 * not share the machine with the end of this one.
 */
final class RemoteShell implements MeasuredShell, DataChannel.Receiver {
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  private final SessionTicket ticket;
  private final Ssm ssm;
  private final DataChannel channel;
  private final Screen screen = new Screen();
  private final CountDownLatch ended = new CountDownLatch(1);

  private RemoteShell(SessionTicket ticket, Ssm ssm, ApiAccess access) {
    this.ticket = ticket;
    this.ssm = ssm;
    this.channel = new SessionDialer(ticket, access, SessionDialer.Notices.NONE).channel(this);
  }

  /** Opens the data channel of a session that StartSession has just made. */
  static RemoteShell open(SessionTicket ticket, Ssm ssm, ApiAccess access) {
    RemoteShell shell = new RemoteShell(ticket, ssm, access);
    shell.channel.start();
    return shell;
  }

  @Override
  public void type(byte key) throws IOException {
    channel.send(PayloadType.OUTPUT, ByteBuffer.wrap(new byte[] {key}));
  }

  @Override
  public Screen screen() {
    return screen;
  }

  @Override
  public boolean onStream(int payloadType, ByteBuffer payload) {
    switch (payloadType) {
      case PayloadType.OUTPUT -> screen.arrived(payload);
      case PayloadType.HANDSHAKE_REQUEST ->
          throw new IllegalStateException(
              "sessions with a handshake (encrypted, or of another type) are not measured");
      default -> {}
    }
    return true;
  }

  @Override
  public void onChannelClosed(ChannelClosed closed) {
    ended.countDown();
  }

  @Override
  public void onGivenUp(IOException reason) {
    System.err.println("session " + ticket.sessionId() + ": " + reason);
    ended.countDown();
  }

  @Override
  public void close() throws IOException {
    try {
      ssm.terminate(ticket.sessionId());
      if (!ended.await(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("the server did not close session " + ticket.sessionId());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a session ended");
    } finally {
      channel.close();
    }
  }
}
