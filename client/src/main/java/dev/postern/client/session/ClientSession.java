package dev.postern.client.session;

import dev.postern.client.terminal.QuitSignal;
import dev.postern.client.terminal.Signals;
import dev.postern.client.terminal.Terminal;
import dev.postern.transport.DataChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.handshake.HandshakeComplete;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.ExitCode;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session between a person and a managed node: a shell, or a command with its streams apart.
 *
 * <p>The thread that calls {@link #run} owns the session and decides how it ends; the data
 * channel's reader writes the output, {@link Keyboard} reads the input on a thread of its own,
 * signals arrive on theirs. All three only report {@link Event}s. When {@code run} returns the
 * terminal is as before; the reader of the input may still wait for a key, and only the end of the
 * process stops it.
 */
public final class ClientSession implements DataChannel.Receiver {
  /**
   * After the exit code the server closes the channel; it is not waited for any longer than this.
   */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  /** A refused agent tells the server why, and the server us. */
  private static final Duration REFUSAL_PATIENCE = Duration.ofSeconds(5);

  /** A server out of reach does not keep a person from leaving. */
  private static final Duration TERMINATE_PATIENCE = Duration.ofSeconds(3);

  /** Each kind of event comes once or twice. */
  private static final int EVENTS_MAX = 64;

  private static final byte INTERRUPT = 0x03;
  private static final byte SUSPEND = 0x1a;

  /** So many interrupts of a command that does not end by them end the session. */
  private static final int COMMAND_INTERRUPTS_MAX = 3;

  /** What a shell reports of a program that SIGPIPE ended. */
  private static final int OUTPUT_CLOSED_EXIT_CODE = 141;

  /** What the owner is told by the other threads. */
  sealed interface Event {
    record ShellStarted() implements Event {}

    record CommandExited(int code) implements Event {}

    record Declined(String reason) implements Event {}

    record Ended(Ending ending) implements Event {}
  }

  private enum Phase {
    OPENING,
    HANDSHAKE,
    SHELL,
    COMMAND
  }

  /** Makes the data channel of a session, not started yet. */
  @FunctionalInterface
  public interface ChannelMaker {
    /** The receiver gets everything that the channel brings. */
    DataChannel make(DataChannel.Receiver receiver);
  }

  private final SessionId id;
  private final SessionCalls calls;
  private final Terminal terminal;
  private final SessionStreams streams;
  private final InputFilter filter;
  private final DataChannel channel;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(EVENTS_MAX);

  /** Written by the channel's reader, read by the signals' thread. */
  private volatile Phase phase = Phase.OPENING;

  /** Of the channel's reader. */
  private @Nullable String handshakeType;

  /** Of the signals' thread. */
  private int interrupts;

  public ClientSession(
      SessionId id,
      SessionCalls calls,
      Terminal terminal,
      SessionStreams streams,
      InputFilter filter,
      ChannelMaker channelMaker) {
    this.id = id;
    this.calls = calls;
    this.terminal = terminal;
    this.streams = streams;
    this.filter = filter;
    this.channel = channelMaker.make(this);
  }

  /** Runs the session to its end. Once. */
  public Ending run() throws IOException, InterruptedException {
    QuitSignal.ignore();
    try (Signals _ = Signals.listen(EnumSet.allOf(Signals.Kind.class), this::onSignal)) {
      channel.start();
      Ending ending = await();
      if (ending instanceof Ending.Left
          || ending instanceof Ending.Lost
          || ending instanceof Ending.Refused) {
        channel.close();
        terminate();
      }
      return ending;
    } finally {
      terminal.restore();
      channel.close();
    }
  }

  private Ending await() throws IOException, InterruptedException {
    Ending fallback = null;
    Duration patience = null;
    while (true) {
      Event event =
          patience == null
              ? events.take()
              : events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      switch (event) {
        case null -> {
          return Objects.requireNonNull(fallback);
        }
        case Event.ShellStarted() -> startShell();
        case Event.CommandExited(int code) -> {
          fallback = new Ending.Closed("", code);
          patience = CLOSE_PATIENCE;
        }
        case Event.Declined(String reason) -> {
          fallback = new Ending.Refused(reason);
          patience = REFUSAL_PATIENCE;
        }
        case Event.Ended(Ending ending) -> {
          return merged(fallback, ending);
        }
      }
    }
  }

  /** What was known before the channel closed is not forgotten by its closing. */
  private static Ending merged(@Nullable Ending known, Ending ending) {
    return switch (known) {
      case Ending.Closed exited when !(ending instanceof Ending.Left) ->
          new Ending.Closed(
              ending instanceof Ending.Closed(String output, var _) ? output : "",
              exited.exitCode());
      case Ending.Refused refused
          when ending instanceof Ending.Closed(String output, var _) && output.isEmpty() ->
          refused;
      case null, default -> ending;
    };
  }

  private void startShell() throws IOException {
    terminal.enterRaw();
    sendSize();
    new Keyboard(streams, filter, channel, terminal.hasInput(), this::report).start();
  }

  private void sendSize() throws IOException {
    channel.send(PayloadType.SIZE, terminal.size().toPayload());
  }

  private void report(Ending ending) {
    report(new Event.Ended(ending));
  }

  /** The first ending counts, so one that finds no room may be forgotten. */
  private void report(Event event) {
    if (!events.offer(event) && !(event instanceof Event.Ended)) {
      throw new IllegalStateException("more events than a session has");
    }
  }

  /**
   * The server ends the session of a client that has gone anyway: not reaching it now delays that
   * only.
   */
  private void terminate() throws InterruptedException {
    Thread call =
        Thread.ofVirtual()
            .name("terminate")
            .start(() -> {
              try {
                calls.terminate(id);
              } catch (IOException | RuntimeException unreachable) {
                // the ending that led here is what the person is told
              }
            });
    boolean _ = call.join(TERMINATE_PATIENCE);
  }

  private void onSignal(Signals.Kind kind) {
    try {
      switch (kind) {
        case TERM, HUP -> report(new Ending.Left("Terminated by SIG" + kind, kind.exitCode()));
        case INT -> onInterrupt();
        case TSTP -> sendKey(SUSPEND);
        case WINCH -> {
          if (phase == Phase.SHELL) {
            sendSize();
          }
        }
        case CONT -> {
          terminal.resumed();
          if (phase == Phase.SHELL) {
            sendSize();
          }
        }
      }
    } catch (IOException closed) {
      report(new Ending.Lost(closed));
    }
  }

  private void onInterrupt() throws IOException {
    boolean waiting = phase == Phase.OPENING || phase == Phase.HANDSHAKE;
    boolean stubborn = phase == Phase.COMMAND && ++interrupts >= COMMAND_INTERRUPTS_MAX;
    if (waiting || stubborn) {
      report(new Ending.Left("Interrupted", Signals.Kind.INT.exitCode()));
    } else {
      sendKey(INTERRUPT);
    }
  }

  private void sendKey(byte key) throws IOException {
    if (phase == Phase.SHELL || phase == Phase.COMMAND) {
      channel.send(PayloadType.OUTPUT, ByteBuffer.wrap(new byte[] {key}));
    }
  }

  @Override
  public boolean onStream(int payloadType, ByteBuffer payload) {
    try {
      return switch (payloadType) {
        case PayloadType.HANDSHAKE_REQUEST -> onHandshakeRequest(payload);
        case PayloadType.HANDSHAKE_COMPLETE -> onHandshakeComplete(payload);
        case PayloadType.EXIT_CODE -> onExitCode(payload);
        case PayloadType.STD_ERR -> onSessionOutput(streams.error(), payload);
        case PayloadType.OUTPUT -> onSessionOutput(streams.output(), payload);
        // Nothing that a terminal could show: the official plugin prints these, to nobody's use.
        default -> true;
      };
    } catch (MalformedMessageException malformed) {
      report(
          new Ending.Refused("the agent sent a message without sense: " + malformed.getMessage()));
      return true;
    }
  }

  private boolean onHandshakeRequest(ByteBuffer payload) throws MalformedMessageException {
    if (phase != Phase.OPENING) {
      // A second response would block the official agent for ever (spec/data-channel.md 4.5).
      return true;
    }
    ClientHandshake handshake = ClientHandshake.answer(HandshakeRequest.parse(payload));
    phase = Phase.HANDSHAKE;
    handshakeType = handshake.sessionType();
    try {
      channel.send(PayloadType.HANDSHAKE_RESPONSE, handshake.response().toPayload());
    } catch (IOException closed) {
      report(new Ending.Lost(closed));
    }
    if (handshake.refusal() != null) {
      report(new Event.Declined(handshake.refusal()));
    }
    return true;
  }

  private boolean onHandshakeComplete(ByteBuffer payload) throws MalformedMessageException {
    HandshakeComplete complete = HandshakeComplete.parse(payload);
    if (phase != Phase.HANDSHAKE || handshakeType == null) {
      return true;
    }
    if (!complete.customerMessage().isEmpty()) {
      onOutput(streams.texts(), StandardCharsets.UTF_8.encode(complete.customerMessage() + "\n"));
    }
    if (handshakeType.equals(SessionType.NON_INTERACTIVE_COMMANDS)) {
      phase = Phase.COMMAND;
    } else {
      shellStarted();
    }
    return true;
  }

  private void shellStarted() {
    phase = Phase.SHELL;
    report(new Event.ShellStarted());
  }

  private boolean onSessionOutput(OutputStream stream, ByteBuffer payload) {
    switch (phase) {
      // An ordinary shell has no handshake: its first output starts it (spec/data-channel.md 6.1).
      case OPENING -> shellStarted();
      case HANDSHAKE -> {
        return false;
      }
      case SHELL, COMMAND -> {}
    }
    onOutput(stream, payload);
    return true;
  }

  private void onOutput(OutputStream stream, ByteBuffer bytes) {
    try {
      SessionStreams.write(stream, bytes);
    } catch (IOException readerGone) {
      report(new Ending.Left("Output closed", OUTPUT_CLOSED_EXIT_CODE));
    }
  }

  private boolean onExitCode(ByteBuffer payload) throws MalformedMessageException {
    ExitCode exitCode = ExitCode.parse(payload);
    if (phase == Phase.COMMAND) {
      report(new Event.CommandExited(exitCode.value()));
    }
    return true;
  }

  @Override
  public void onChannelClosed(ChannelClosed closed) {
    report(new Ending.Closed(closed.output(), null));
  }

  @Override
  public void onGivenUp(IOException cause) {
    Throwable reason = cause.getCause();
    if (reason instanceof SessionOver) {
      report(new Ending.TimedOut());
    } else if (reason == null || cause instanceof DataChannel.SessionEndedException) {
      report(new Ending.Lost(cause));
    } else {
      report(
          new Ending.Lost(new IOException(cause.getMessage() + ": " + reason.getMessage(), cause)));
    }
  }
}
