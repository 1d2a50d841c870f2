package dev.postern.agent.control;

import dev.postern.agent.shell.SessionProgram;
import dev.postern.agent.shell.WindowSize;
import dev.postern.transport.DataChannel;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.TerminalSize;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the client and the service tell a session. Called on the data channel's threads; {@link
 * #ready} and {@link #windowSize} on the session's.
 */
final class SessionInput implements DataChannel.Receiver {
  private static final Logger LOG = System.getLogger(SessionInput.class.getName());

  /** The flag with which a client asks for the end (spec/data-channel.md 4.3). */
  private static final int TERMINATE_SESSION = 2;

  private final Consumer<AgentSession.Ending> end;
  private final CompletableFuture<HandshakeResponse> handshake = new CompletableFuture<>();
  private @Nullable SessionProgram program;
  private WindowSize windowSize = WindowSize.DEFAULT;

  SessionInput(Consumer<AgentSession.Ending> end) {
    this.end = end;
  }

  /** Completed by the first answer; later ones change nothing. */
  CompletableFuture<HandshakeResponse> handshake() {
    return handshake;
  }

  /** The size that the client told last. */
  synchronized WindowSize windowSize() {
    return windowSize;
  }

  /** From now on input goes to the program. */
  void ready(SessionProgram started, DataChannel channel) throws IOException {
    synchronized (this) {
      program = started;
      // The client may have told another size while the program was being started.
      started.resize(windowSize);
    }
    channel.receiverReady();
  }

  @Override
  public boolean onStream(int payloadType, ByteBuffer payload) {
    try {
      return switch (payloadType) {
        case PayloadType.OUTPUT -> offer(payload);
        case PayloadType.SIZE -> {
          resize(TerminalSize.parse(payload));
          yield true;
        }
        case PayloadType.HANDSHAKE_RESPONSE -> {
          boolean first = handshake.complete(HandshakeResponse.parse(payload));
          LOG.log(Level.DEBUG, first ? "handshake answered" : "handshake answered again");
          yield true;
        }
        case PayloadType.FLAG -> {
          if (payload.remaining() == Integer.BYTES
              && payload.getInt(payload.position()) == TERMINATE_SESSION) {
            end.accept(new AgentSession.Ending.Closed());
          }
          yield true;
        }
        default -> true;
      };
    } catch (MalformedMessageException malformed) {
      end.accept(
          new AgentSession.Ending.Failed(
              "the client sent a malformed message: " + malformed.getMessage()));
      return true;
    } catch (IOException failed) {
      end.accept(new AgentSession.Ending.Failed("the terminal failed: " + failed.getMessage()));
      return true;
    }
  }

  private synchronized boolean offer(ByteBuffer input) throws IOException {
    SessionProgram running = program;
    return running != null && running.offer(input);
  }

  private synchronized void resize(TerminalSize size) throws IOException {
    windowSize = new WindowSize(size.cols(), size.rows());
    if (program != null) {
      program.resize(windowSize);
    }
  }

  @Override
  public void onChannelClosed(ChannelClosed closed) {
    end.accept(new AgentSession.Ending.Closed());
  }

  @Override
  public void onGivenUp(IOException reason) {
    if (reason instanceof DataChannel.SessionEndedException) {
      end.accept(new AgentSession.Ending.Closed());
    } else {
      end.accept(
          new AgentSession.Ending.Failed("the data channel was lost: " + reason.getMessage()));
    }
  }
}
