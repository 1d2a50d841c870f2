package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the official client consumed before and does not acknowledge again. */
class RelayRepeatsTest {
  private final RelayScript script = new RelayScript();

  @AfterEach
  void everythingIsReleased() {
    script.end();
  }

  /** The agent repeats all that the server before had of it, lowest first, then goes on. */
  @Test
  void whatWasConsumedBeforeTheRestartIsAcknowledgedByWhatFollows() throws Exception {
    script.restore();
    script.attachBoth();
    for (long number = 5000; number <= 5004; number++) {
      script.stream(AGENT, number);
    }
    script.acknowledge(CLIENT, 5003);

    assertEquals(List.of("a5003", "own:a5000", "own:a5001", "own:a5002"), script.agent.take());
    assertEquals(1, script.relay.from(AGENT).messages());
  }

  /** Its window may be all that the agent sends: nothing else would follow. */
  @Test
  void whatWasConsumedBeforeTheRestartIsAcknowledgedWhenAllOfItWasRead() throws Exception {
    script.restore();
    script.attachBoth();
    script.stream(AGENT, 5000);
    long early = script.client.mark;
    script.stream(AGENT, 5001);
    script.relay.onMark(CLIENT, early + 1, script.now);
    assertEquals(List.of(), script.agent.take());

    script.relay.onMark(CLIENT, early, script.now);
    assertEquals(List.of("own:a5000"), script.agent.take());
    script.client.take();
    script.relay.onMark(CLIENT, script.client.mark, script.now);

    assertEquals(List.of("own:a5001"), script.agent.take());
  }

  @Test
  void clientWhoseHandlersDoNotRunLeavesOneUnacknowledged() throws Exception {
    script.restorePort();
    script.attachBoth();
    script.stream(AGENT, 3);
    script.relay.onMark(CLIENT, script.client.mark, script.now);
    assertEquals(List.of(), script.agent.take());
    assertEquals(1, script.relay.from(AGENT).messages());

    script.stream(AGENT, 4);
    script.client.take();
    script.relay.onMark(CLIENT, script.client.mark, script.now);

    assertEquals(List.of("own:a3"), script.agent.take());
  }

  @Test
  void clientThatAcknowledgesRepeatsIsTakenAtItsWord() throws Exception {
    script.client.ignoresRepeats = false;
    script.restore();
    script.attachBoth();
    script.stream(AGENT, 5000);
    script.stream(AGENT, 5001);
    script.acknowledge(CLIENT, 5001);

    assertEquals(List.of("a5001"), script.agent.take());
    assertEquals(0, script.client.mark);
  }

  /** It may be the answer to the first copy, which says nothing of what went out after that. */
  @Test
  void answerToWhatWasSentTwiceImpliesOnlyWhatWasSentBeforeTheFirst() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.acknowledge(CLIENT, 0);
    for (long number = 1; number <= 3; number++) {
      script.stream(AGENT, number);
    }
    script.attach(CLIENT);
    script.agent.take();
    script.pass(Duration.ofSeconds(1));
    script.stream(AGENT, 2);
    script.acknowledge(CLIENT, 2);

    assertEquals(List.of("a2", "own:a1"), script.agent.take());
    assertEquals(1, script.relay.from(AGENT).messages());
  }

  @Test
  void restoredStreamIsLearnedFromItsFirstMessage() throws Exception {
    script.restore();
    script.attachBoth();
    script.stream(AGENT, 5000);
    script.stream(AGENT, 4990);
    script.acknowledge(CLIENT, 5000);

    assertEquals(List.of("o5000", "o4990"), script.client.take());
    assertEquals(List.of("a5000"), script.agent.take());

    script.stream(AGENT, 5001);
    script.acknowledge(CLIENT, 5001);

    assertEquals(List.of("a5001", "own:a4990"), script.agent.take());
  }

  @Test
  void notReplayedMessageIsNeverImplied() throws Exception {
    script.attachBoth();
    for (int i = 0; i < 3; i++) {
      script.stream(AGENT, i);
    }
    script.acknowledge(CLIENT, 0);
    script.acknowledge(CLIENT, 2);

    assertEquals(List.of("a0", "a2"), script.agent.take());
    assertFalse(script.relay.to(CLIENT).isDrained());
  }
}
