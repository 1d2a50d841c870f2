package dev.postern.agent.control;

import dev.postern.transport.DataChannel;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.ClientVersion;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.HandshakeComplete;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.ProcessedAction;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The talk before the output of a command or a port: what session this is, and whether the client
 * can handle it (spec/data-channel.md 4.4 to 4.6, 6.2). Runs once, on the session's thread.
 */
final class Handshake {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

  /** The acknowledgement of an answer needs one write. */
  private static final Duration SETTLE_MAX = Duration.ofSeconds(5);

  private static final String ERROR = "Encountered error while initiating handshake. ";
  private static final String TIMED_OUT =
      "Handshake timed out. Please ensure that you have the latest version of the session manager"
          + " plugin.";
  private static final String CLIENT_TOO_OLD =
      "This client cannot tell output and error streams apart. Please update to at least"
          + " 1.2.312.0.\r\n";

  /** How the talk went. */
  sealed interface Result {
    record Agreed(HandshakeResponse response) implements Result {}

    /** The session must end instead. */
    record Failed(AgentSession.Ending ending) implements Result {}
  }

  private final DataChannel channel;
  private final ClientAction.SessionTypeAction asked;
  private final boolean separate;
  private final InstantSource clock;

  private Handshake(
      DataChannel channel,
      ClientAction.SessionTypeAction asked,
      boolean separate,
      InstantSource clock) {
    this.channel = channel;
    this.asked = asked;
    this.separate = separate;
    this.clock = clock;
  }

  /**
   * The talk before a command.
   *
   * @param separate whether the client must tell streams apart
   */
  static Handshake ofCommand(DataChannel channel, boolean separate, InstantSource clock) {
    return new Handshake(
        channel,
        new ClientAction.SessionTypeAction(SessionType.NON_INTERACTIVE_COMMANDS, null),
        separate,
        clock);
  }

  /** The talk before connections. */
  static Handshake ofPort(DataChannel channel, SessionPlan.Port plan, InstantSource clock) {
    return new Handshake(
        channel,
        new ClientAction.SessionTypeAction(SessionType.PORT, plan.properties()),
        false,
        clock);
  }

  /** Asks, waits for the answer and confirms it. */
  Result perform(
      CompletableFuture<HandshakeResponse> answer, CompletableFuture<AgentSession.Ending> ending)
      throws IOException, InterruptedException {
    Instant begin = clock.instant();
    List<String> offered = Extension.of(asked.sessionType());
    channel.send(
        PayloadType.HANDSHAKE_REQUEST,
        new HandshakeRequest(NodeProfile.AGENT_VERSION, List.of(asked), offered).toPayload());
    try {
      CompletableFuture.anyOf(answer, ending).get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      return failed(TIMED_OUT);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
    if (ending.isDone()) {
      return new Result.Failed(ending.join());
    }
    HandshakeResponse response = answer.join();
    for (ProcessedAction action : response.processedClientActions()) {
      if (action.actionStatus() != ProcessedAction.SUCCESS) {
        return failed(
            "%s failed on client with status %d error: %s"
                .formatted(action.actionType(), action.actionStatus(), action.error()));
      }
    }
    // The official client of a port session goes deaf by anything that comes just after this
    // message (spec/data-channel.md 7.7), so the acknowledgement of its answer goes before.
    if (!channel.settle(SETTLE_MAX)) {
      return failed("the data channel was lost");
    }
    boolean tooOld =
        separate && !new ClientVersion(response.clientVersion()).supportsSeparateOutput();
    channel.send(
        PayloadType.HANDSHAKE_COMPLETE,
        new HandshakeComplete(
                Duration.between(begin, clock.instant()), tooOld ? CLIENT_TOO_OLD : "")
            .toPayload());
    channel.agree(response.extensions().stream().filter(offered::contains).toList());
    return new Result.Agreed(response);
  }

  private static Result failed(String reason) {
    return new Result.Failed(new AgentSession.Ending.Failed(ERROR + reason));
  }
}
