package dev.postern.agent.control;

import dev.postern.agent.forward.PortSession;
import dev.postern.agent.shell.SessionProgram;
import dev.postern.agent.shell.WindowSize;
import dev.postern.transport.DataChannel;
import dev.postern.transport.SessionEndedException;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.TerminalSize;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
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

  private final Consumer<AgentSession.Ending> end;
  private final CompletableFuture<HandshakeResponse> handshake = new CompletableFuture<>();
  private volatile boolean handshakeExpected;
  private volatile boolean portExpected;
  private @Nullable SessionProgram program;
  private volatile @Nullable PortSession port;
  private WindowSize windowSize = WindowSize.DEFAULT;

  SessionInput(Consumer<AgentSession.Ending> end) {
    this.end = end;
  }

  /** The session begins with a handshake; to be called before the channel is started. */
  void expectHandshake() {
    handshakeExpected = true;
  }

  /** The same, and input goes to the destinations of a port. */
  void expectPort() {
    portExpected = true;
    expectHandshake();
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

  /** From now on input goes to the destinations. */
  void ready(PortSession opened, DataChannel channel) {
    port = opened;
    channel.receiverReady();
  }

  @Override
  public boolean onStream(int payloadType, ByteBuffer payload) {
    try {
      return switch (payloadType) {
        case PayloadType.OUTPUT -> {
          if (handshakeExpected && !handshake.isDone()) {
            // As the official agent does: refused, it would keep the answer behind it from coming.
            yield true;
          }
          PortSession opened = port;
          if (opened == null) {
            yield offer(payload);
          }
          opened.input(payload);
          yield true;
        }
        case PayloadType.SIZE -> {
          resize(TerminalSize.parse(payload));
          yield true;
        }
        case PayloadType.HANDSHAKE_RESPONSE -> {
          boolean first = handshake.complete(HandshakeResponse.parse(payload));
          LOG.log(Level.DEBUG, first ? "handshake answered" : "handshake answered again");
          yield true;
        }
        case PayloadType.FLAG -> onFlag(SessionFlag.parse(payload));
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
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      end.accept(new AgentSession.Ending.Stopped("the agent was interrupted"));
      return true;
    }
  }

  /** Refused like input while the destination is being reached: then it comes again. */
  private boolean onFlag(@Nullable SessionFlag flag) {
    PortSession opened = port;
    if (flag == SessionFlag.TERMINATE_SESSION) {
      end.accept(new AgentSession.Ending.Closed());
    } else if (flag != null && opened != null) {
      opened.onFlag(flag);
    } else {
      return flag == null || !portExpected || !handshake.isDone();
    }
    return true;
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
    if (reason instanceof SessionEndedException) {
      end.accept(new AgentSession.Ending.Closed());
    } else {
      end.accept(
          new AgentSession.Ending.Failed("the data channel was lost: " + reason.getMessage()));
    }
  }
}
