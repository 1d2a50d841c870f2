package dev.postern.client.session;

import dev.postern.client.forward.ClientPort;
import dev.postern.client.terminal.SignalActions;
import dev.postern.client.terminal.Signals;
import dev.postern.client.terminal.Terminal;
import dev.postern.transport.DataChannel;
import dev.postern.transport.SessionEndedException;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.PortProperties;
import dev.postern.wire.handshake.HandshakeComplete;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.ExitCode;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One session between a person and a managed node: a shell, a command with its streams apart, or
 * connections.
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

  /** An agent acknowledges at once, or not at all. */
  private static final Duration FLAG_PATIENCE = Duration.ofSeconds(1);

  private static final byte INTERRUPT = 0x03;
  private static final byte SUSPEND = 0x1a;

  /** So many interrupts of a command that does not end by them end the session. */
  private static final int COMMAND_INTERRUPTS_MAX = 3;

  /** What a shell reports of a program that SIGPIPE ended. */
  private static final int OUTPUT_CLOSED_EXIT_CODE = 141;

  private static final String TERMINATE_SIGNAL = "Terminate signal received";

  /** What the owner is told by the other threads. */
  sealed interface Event {
    record ShellStarted() implements Event {}

    record PortAgreed(ClientPort.Agreement agreement) implements Event {}

    record CommandExited(int code) implements Event {}

    record Declined(String reason) implements Event {}

    record Ended(Ending ending) implements Event {}
  }

  private enum Phase {
    OPENING,
    HANDSHAKE,
    SHELL,
    COMMAND,
    PORT
  }

  /** Makes the data channel of a session, not started yet. */
  @FunctionalInterface
  public interface ChannelMaker {
    /** The receiver gets everything that the channel brings. */
    DataChannel make(DataChannel.Receiver receiver);
  }

  private final SessionId id;
  private final SessionCalls calls;
  private final LocalSide local;
  private final Terminal terminal;
  private final SessionStreams streams;
  private final DataChannel channel;
  private final SignalInput signalInput;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(EVENTS_MAX);

  /** Written by the channel's reader, read by the signals' thread. */
  private volatile Phase phase = Phase.OPENING;

  /** Written by the channel's reader. */
  private volatile @Nullable ClientHandshake handshake;

  /** Written by the owner, read by the channel's reader. */
  private volatile @Nullable ClientPort port;

  /** Of the signals' thread. */
  private int interrupts;

  public ClientSession(
      SessionId id, SessionCalls calls, LocalSide local, ChannelMaker channelMaker) {
    this.id = id;
    this.calls = calls;
    this.local = local;
    this.terminal = local.terminal();
    this.streams = local.streams();
    this.channel = channelMaker.make(this);
    this.signalInput = new SignalInput(channel);
  }

  /** Runs the session to its end. Once. */
  public Ending run() throws IOException, InterruptedException {
    // The connection is on its way while signals are arranged for.
    channel.start();
    try (SignalInput _ = signalInput;
        Signals _ = Signals.listen(EnumSet.allOf(Signals.Kind.class), this::onSignal)) {
      SignalActions.ignoreQuit();
      Ending ending = await();
      if (ending instanceof Ending.Left
          || ending instanceof Ending.Lost
          || ending instanceof Ending.Refused) {
        boolean told = ending instanceof Ending.Left && isAgentTold();
        channel.close();
        if (!told) {
          // On a dead link telling the server takes its time; the person has the terminal by then.
          terminal.restore();
          terminate();
        }
      }
      return ending;
    } finally {
      ClientPort opened = port;
      if (opened != null) {
        opened.close();
      }
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
        case Event.PortAgreed(ClientPort.Agreement agreement) -> startPort(agreement);
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
    greet();
    terminal.enterRaw();
    try {
      sendSize();
    } catch (IOException closed) {
      // A short command has ended already, and how is about to be told.
      return;
    }
    Thread _ =
        new Keyboard(streams, local.filter(), channel, terminal.hasInput(), this::report).start();
  }

  private void greet() throws IOException {
    SessionStreams.write(streams.texts(), local.greeting());
  }

  private void startPort(ClientPort.Agreement agreement) throws IOException {
    if (!isQuiet()) {
      greet();
    }
    try {
      port =
          ClientPort.open(
              agreement,
              local.wish(),
              streams.input(),
              streams.output(),
              new PortLine(channel, streams, this::report));
      channel.receiverReady();
    } catch (IOException impossible) {
      report(new Ending.Refused(String.valueOf(impossible.getMessage())));
    }
  }

  /** Whether this is a connection for another program, which cares for nothing but its bytes. */
  public boolean isQuiet() {
    ClientHandshake agreed = handshake;
    return phase == Phase.PORT
        && agreed != null
        && !PortProperties.LOCAL_PORT_FORWARDING.equals(agreed.properties().value("type"));
  }

  /** Ends a port session by its flag, which is quicker than a call (spec/data-channel.md 6.3). */
  private boolean isAgentTold() throws InterruptedException {
    ClientHandshake agreed = handshake;
    if (phase != Phase.PORT || agreed == null || !agreed.agent().supportsTerminateFlag()) {
      return false;
    }
    AtomicBoolean told = new AtomicBoolean();
    // Where the agent takes nothing any more there is no room for the flag either, and none to
    // wait for.
    Thread telling =
        Thread.ofVirtual()
            .name("tell-agent")
            .start(() -> {
              try {
                channel.send(PayloadType.FLAG, SessionFlag.TERMINATE_SESSION.toPayload());
                told.set(channel.drain(FLAG_PATIENCE));
              } catch (IOException closed) {
                // then the server is told
              }
            });
    boolean _ = telling.join(FLAG_PATIENCE);
    return told.get();
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

  /** Never waits, so that the next signal is heard. */
  private void onSignal(Signals.Kind kind) {
    switch (kind) {
      case TERM, HUP -> report(new Ending.Left("Terminated by SIG" + kind, kind.exitCode()));
      case INT -> onInterrupt();
      case TSTP -> onSuspend();
      case WINCH -> tellSize();
      case CONT -> {
        try {
          terminal.resumed();
        } catch (IOException gone) {
          report(new Ending.Lost(gone));
        }
        tellSize();
      }
    }
  }

  private void tellSize() {
    if (phase == Phase.SHELL) {
      signalInput.size(terminal.size().toPayload());
    }
  }

  private void onInterrupt() {
    if (phase == Phase.PORT) {
      report(new Ending.Left(TERMINATE_SIGNAL, 0));
      return;
    }
    boolean waiting = phase == Phase.OPENING || phase == Phase.HANDSHAKE;
    boolean stubborn = phase == Phase.COMMAND && ++interrupts >= COMMAND_INTERRUPTS_MAX;
    if (waiting || stubborn) {
      report(new Ending.Left("Interrupted", Signals.Kind.INT.exitCode()));
    } else {
      signalInput.key(INTERRUPT);
    }
  }

  private void onSuspend() {
    switch (phase) {
      case PORT -> report(new Ending.Left(TERMINATE_SIGNAL, 0));
      case SHELL, COMMAND -> signalInput.key(SUSPEND);
      case OPENING, HANDSHAKE -> {}
    }
  }

  @Override
  public boolean onStream(int payloadType, ByteBuffer payload) {
    try {
      if (phase == Phase.PORT) {
        return onPort(payloadType, payload);
      }
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

  private boolean onPort(int payloadType, ByteBuffer payload) throws MalformedMessageException {
    ClientPort opened = port;
    switch (payloadType) {
      case PayloadType.OUTPUT -> {
        try {
          return opened != null && opened.input(payload);
        } catch (InterruptedException end) {
          Thread.currentThread().interrupt();
          return true;
        }
      }
      case PayloadType.FLAG -> {
        SessionFlag flag = SessionFlag.parse(payload);
        if (opened != null && flag != null) {
          opened.onFlag(flag);
        }
        return true;
      }
      // Anything else would only spoil the connection's bytes.
      default -> {
        return true;
      }
    }
  }

  private boolean onHandshakeRequest(ByteBuffer payload) throws MalformedMessageException {
    if (phase != Phase.OPENING) {
      // A second response would block the official agent for ever (spec/data-channel.md 4.5).
      return true;
    }
    ClientHandshake answer = ClientHandshake.answer(HandshakeRequest.parse(payload));
    phase = Phase.HANDSHAKE;
    handshake = answer;
    channel.agree(answer.response().extensions());
    try {
      channel.send(PayloadType.HANDSHAKE_RESPONSE, answer.response().toPayload());
    } catch (IOException closed) {
      report(new Ending.Lost(closed));
    }
    if (answer.refusal() != null) {
      report(new Event.Declined(answer.refusal()));
    }
    return true;
  }

  private boolean onHandshakeComplete(ByteBuffer payload) throws MalformedMessageException {
    HandshakeComplete complete = HandshakeComplete.parse(payload);
    ClientHandshake agreed = handshake;
    if (phase != Phase.HANDSHAKE || agreed == null || agreed.sessionType() == null) {
      return true;
    }
    if (!complete.customerMessage().isEmpty()) {
      onOutput(streams.texts(), StandardCharsets.UTF_8.encode(complete.customerMessage() + "\n"));
    }
    switch (agreed.sessionType()) {
      case SessionType.NON_INTERACTIVE_COMMANDS -> {
        phase = Phase.COMMAND;
        onOutput(streams.texts(), StandardCharsets.UTF_8.encode(local.greeting()));
      }
      case SessionType.PORT -> {
        phase = Phase.PORT;
        report(
            new Event.PortAgreed(
                new ClientPort.Agreement(
                    id.value(),
                    PortProperties.parse(agreed.properties()),
                    agreed.agent(),
                    agreed.rules())));
      }
      default -> shellStarted();
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
      case SHELL, COMMAND, PORT -> {}
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
    } else if (reason == null || cause instanceof SessionEndedException) {
      report(new Ending.Lost(cause));
    } else {
      report(
          new Ending.Lost(new IOException(cause.getMessage() + ": " + reason.getMessage(), cause)));
    }
  }
}
