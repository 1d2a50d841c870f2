package dev.postern.agent.control;

import dev.postern.transport.DataChannel;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.ClientVersion;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The talk before a command's output: what session this is, and whether the client can handle it
 * (spec/data-channel.md 4.4 to 4.6, 6.2). Runs once, on the session's thread.
 */
final class Handshake {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(15);
  private static final String ERROR = "Encountered error while initiating handshake. ";
  private static final String TIMED_OUT =
      "Handshake timed out. Please ensure that you have the latest version of the session manager"
          + " plugin.";
  private static final String CLIENT_TOO_OLD =
      "This client cannot tell output and error streams apart. Please update to at least"
          + " 1.2.312.0.\r\n";

  private final DataChannel channel;
  private final boolean separate;
  private final InstantSource clock;

  /**
   * A handshake for one session.
   *
   * @param separate whether the client must tell streams apart
   */
  Handshake(DataChannel channel, boolean separate, InstantSource clock) {
    this.channel = channel;
    this.separate = separate;
    this.clock = clock;
  }

  /**
   * Asks, waits for the answer and confirms it.
   *
   * @return why the session must end instead; empty when it may begin
   */
  Optional<AgentSession.Ending> perform(
      CompletableFuture<HandshakeResponse> answer, CompletableFuture<AgentSession.Ending> ending)
      throws IOException, InterruptedException {
    Instant asked = clock.instant();
    channel.send(
        PayloadType.HANDSHAKE_REQUEST,
        new HandshakeRequest(
                NodeProfile.AGENT_VERSION,
                List.of(
                    new ClientAction.SessionTypeAction(SessionType.NON_INTERACTIVE_COMMANDS, null)))
            .toPayload());
    try {
      CompletableFuture.anyOf(answer, ending).get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      return failed(TIMED_OUT);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
    if (ending.isDone()) {
      return Optional.of(ending.join());
    }
    HandshakeResponse response = answer.join();
    for (ProcessedAction action : response.processedClientActions()) {
      if (action.actionStatus() != ProcessedAction.SUCCESS) {
        return failed(
            "%s failed on client with status %d error: %s"
                .formatted(action.actionType(), action.actionStatus(), action.error()));
      }
    }
    boolean tooOld =
        separate && !new ClientVersion(response.clientVersion()).supportsSeparateOutput();
    channel.send(
        PayloadType.HANDSHAKE_COMPLETE,
        new HandshakeComplete(
                Duration.between(asked, clock.instant()), tooOld ? CLIENT_TOO_OLD : "")
            .toPayload());
    return Optional.empty();
  }

  private static Optional<AgentSession.Ending> failed(String reason) {
    return Optional.of(new AgentSession.Ending.Failed(ERROR + reason));
  }
}
