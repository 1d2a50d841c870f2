package dev.postern.agent.control;

import dev.postern.agent.forward.DeniedAddresses;
import dev.postern.agent.forward.PortSession;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.CommandSession;
import dev.postern.agent.shell.Launch;
import dev.postern.agent.shell.RunAs;
import dev.postern.agent.shell.RunAsRefusedException;
import dev.postern.agent.shell.SessionProgram;
import dev.postern.agent.shell.ShellSession;
import dev.postern.agent.shell.WindowSize;
import dev.postern.transport.ChannelSettings;
import dev.postern.transport.ChannelThreads;
import dev.postern.transport.DataChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.message.ExitCode;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One session from its task to its end. {@link #run} is its thread and decides everything; others
 * only tell it why the session should end.
 */
final class AgentSession {
  private static final Logger LOG = System.getLogger(AgentSession.class.getName());

  /** A client may be slow to take the rest of the output; the service ends it if it is gone. */
  private static final Duration DRAIN_MAX = Duration.ofMinutes(10);

  private static final Duration DRAIN_STEP = Duration.ofMillis(250);
  private static final Duration FAREWELL_MAX = Duration.ofSeconds(1);

  /** Why a session ends. */
  sealed interface Ending {
    record Exited(int status) implements Ending {}

    /** The service closed it. */
    record Closed() implements Ending {}

    /** It cannot go on; the text is for its user. */
    record Failed(String reason) implements Ending {}

    /** This agent stops; the text is for its user. */
    record Stopped(String reason) implements Ending {}
  }

  /**
   * What all sessions of an agent share.
   *
   * @param denied where port sessions may not connect to
   * @param environment of the agent, of which little is passed on
   */
  record Surroundings(
      String instanceId,
      SessionDialer dialer,
      RunAs runAs,
      DeniedAddresses denied,
      SessionJournal journal,
      Map<String, String> environment,
      InstantSource clock,
      RandomGenerator random) {}

  private final SessionId id;
  private final AgentTask task;
  private final Surroundings surroundings;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();
  private final SessionInput input = new SessionInput(this::end);

  /** A second reason to end: the first one's farewell is cut short. */
  private final CountDownLatch hurry = new CountDownLatch(1);

  AgentSession(SessionId id, AgentTask task, Surroundings surroundings) {
    this.id = id;
    this.task = task;
    this.surroundings = surroundings;
  }

  SessionId id() {
    return id;
  }

  /** Asks the session to end; the first reason counts. Returns at once. */
  void end(Ending reason) {
    if (!ending.complete(reason)) {
      hurry.countDown();
    }
  }

  /** Runs the session; when this returns, nothing of it is left. */
  AgentTaskComplete run() {
    Ending last;
    try {
      last = runPlan(SessionPlan.of(task));
    } catch (SessionRefusedException | RunAsRefusedException refused) {
      last = new Ending.Failed(String.valueOf(refused.getMessage()));
    } catch (InterruptedException interrupted) {
      last = new Ending.Stopped("the agent was interrupted");
    }
    return switch (last) {
      case Ending.Exited(int status) -> {
        LOG.log(Level.INFO, "session {0}: exit status {1}", id, status);
        yield complete(AgentTaskComplete.SUCCESS, "");
      }
      case Ending.Closed() -> {
        LOG.log(Level.INFO, "session {0}: closed by the service", id);
        yield complete(AgentTaskComplete.SUCCESS, "");
      }
      case Ending.Stopped(String reason) -> {
        LOG.log(Level.INFO, "session {0}: {1}", id, reason);
        yield complete(AgentTaskComplete.CANCELLED, reason);
      }
      case Ending.Failed(String reason) -> {
        LOG.log(Level.WARNING, "session {0} failed: {1}", id, reason);
        yield complete(AgentTaskComplete.FAILED, reason);
      }
    };
  }

  private AgentTaskComplete complete(String status, String output) {
    return AgentTaskComplete.of(
        id.value(),
        status,
        surroundings.instanceId(),
        output,
        AgentTaskComplete.LogTargets.NONE,
        0);
  }

  /** There are many shells, which say little, and few ports, which carry much. */
  private static ChannelThreads threadsFor(SessionPlan plan) {
    return plan instanceof SessionPlan.Port ? ChannelThreads.PLATFORM : ChannelThreads.VIRTUAL;
  }

  private Ending runPlan(SessionPlan plan) throws RunAsRefusedException, InterruptedException {
    DataChannel opened = null;
    String mark = Long.toHexString(surroundings.random().nextLong() | Long.MIN_VALUE);
    try {
      Account account =
          plan instanceof SessionPlan.Program program
              ? surroundings.runAs().resolve(program.runAs())
              : null;
      surroundings.journal().began(id, mark);
      opened =
          new DataChannel(
              Side.AGENT,
              id,
              surroundings.dialer().forSession(id),
              input,
              new ChannelSettings(
                  ReconnectDelays.data(),
                  surroundings.clock(),
                  surroundings.random(),
                  threadsFor(plan)));
      if (plan instanceof SessionPlan.Port) {
        input.expectPort();
      } else if (plan instanceof SessionPlan.NonInteractiveCommands) {
        input.expectHandshake();
      }
      opened.sendState(AgentSessionState.CONNECTED);
      opened.start();
      return switch (plan) {
        case SessionPlan.Port port -> runPort(opened, port);
        case SessionPlan.Program program -> runProgram(opened, program, launch(account, mark));
      };
    } catch (IOException failed) {
      return new Ending.Failed(String.valueOf(failed.getMessage()));
    } finally {
      if (opened != null) {
        opened.close();
      }
    }
  }

  private Launch launch(@Nullable Account account, String mark) {
    return new Launch(Objects.requireNonNull(account), mark, surroundings.environment());
  }

  private Ending runPort(DataChannel channel, SessionPlan.Port plan)
      throws IOException, InterruptedException {
    Handshake handshake = Handshake.ofPort(channel, plan, surroundings.clock());
    return switch (handshake.perform(input.handshake(), ending)) {
      case Handshake.Result.Failed(Ending early) -> early;
      case Handshake.Result.Agreed(HandshakeResponse response) -> {
        PortSession port =
            PortSession.open(
                plan.port(), surroundings.denied(), response, new PortLine(channel, this::end));
        try {
          input.ready(port, channel);
          yield awaitEnding(channel);
        } finally {
          port.close();
        }
      }
    };
  }

  private Ending runProgram(DataChannel channel, SessionPlan.Program plan, Launch launch)
      throws IOException, InterruptedException {
    if (plan instanceof SessionPlan.NonInteractiveCommands command) {
      Handshake handshake = Handshake.ofCommand(channel, command.separate(), surroundings.clock());
      if (handshake.perform(input.handshake(), ending)
          instanceof Handshake.Result.Failed(Ending early)) {
        return early;
      }
    }
    SessionProgram program = start(channel, plan, launch);
    try {
      Thread.ofVirtual().name("session-exit-" + id).start(() -> awaitExit(channel, plan, program));
      input.ready(program, channel);
      if (plan instanceof SessionPlan.LoginShell(var _, String profile) && !profile.isEmpty()) {
        program.offer(ByteBuffer.wrap((profile + "\n").getBytes(StandardCharsets.UTF_8)));
      }
      return awaitEnding(channel);
    } finally {
      // Whoever waits for room in the window must stop waiting before its program can end.
      channel.close();
      program.end();
    }
  }

  private Ending awaitEnding(DataChannel channel) throws IOException, InterruptedException {
    try {
      Ending last = ending.get();
      if (last instanceof Ending.Exited) {
        farewell(channel);
      }
      return last;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private SessionProgram start(DataChannel channel, SessionPlan.Program plan, Launch launch)
      throws IOException {
    WindowSize size = input.windowSize();
    return switch (plan) {
      case SessionPlan.LoginShell _ ->
          ShellSession.login(launch, size, new ChannelSink(channel, "", ""));
      case SessionPlan.InteractiveCommands(var _, String commands) ->
          ShellSession.commands(launch, commands, size, new ChannelSink(channel, "", ""));
      case SessionPlan.NonInteractiveCommands command ->
          CommandSession.start(
              launch,
              command.argv(),
              command.separate(),
              command.separate()
                  ? new ChannelSink(channel, command.outputPrefix(), command.errorPrefix())
                  : new ChannelSink(channel, "", ""));
    };
  }

  private void awaitExit(DataChannel channel, SessionPlan.Program plan, SessionProgram program) {
    try {
      int status = program.await();
      if (plan instanceof SessionPlan.NonInteractiveCommands command && command.separate()) {
        channel.send(PayloadType.EXIT_CODE, new ExitCode(status).toPayload());
      }
      end(new Ending.Exited(status));
    } catch (InterruptedException interrupted) {
      end(new Ending.Stopped("the agent was interrupted"));
    } catch (IOException closed) {
      // The channel ended first, and whoever ended it said why.
      end(new Ending.Failed("the exit status could not be sent: " + closed.getMessage()));
    }
  }

  /** All output first, so that the service may close the client as soon as it hears this. */
  private void farewell(DataChannel channel) throws IOException {
    long deadline = System.nanoTime() + DRAIN_MAX.toNanos();
    while (!channel.drain(DRAIN_STEP)) {
      if (hurry.getCount() == 0 || System.nanoTime() - deadline > 0) {
        LOG.log(Level.INFO, "session {0}: the client did not take all output", id);
        return;
      }
    }
    channel.sendState(AgentSessionState.TERMINATING);
    boolean _ = channel.drain(FAREWELL_MAX);
  }
}
