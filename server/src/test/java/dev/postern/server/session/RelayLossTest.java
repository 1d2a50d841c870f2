package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.Side;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RelayLossTest {
  @Test
  void randomLossOnEitherConnectionLosesNothing() throws Exception {
    for (int seed = 0; seed < 30; seed++) {
      LossyRun run = new LossyRun(seed);
      run.run();
      run.script.end();
    }
  }

  /**
   * An agent that repeats its oldest message and a client that does not acknowledge duplicates.
   * What is under way on a connection when it dies is lost, from some message on.
   */
  private static final class LossyRun {
    private final RelayScript script = new RelayScript();
    private static final int TOTAL = 200;
    private final Random random;
    private final boolean[] acknowledgedToAgent = new boolean[TOTAL];
    private final boolean[] stored = new boolean[TOTAL];
    private final ArrayDeque<String> toClient = new ArrayDeque<>();
    private final ArrayDeque<String> toAgent = new ArrayDeque<>();
    private final ArrayDeque<Integer> fromClient = new ArrayDeque<>();
    private int next;

    LossyRun(int seed) {
      random = new Random(seed);
    }

    void run() throws MalformedMessageException {
      script.attachBoth();
      for (int step = 0; step < 5000 && !isDone(); step++) {
        script.pass(Duration.ofMillis(20));
        agentSends();
        toClient.addAll(script.client.take());
        toAgent.addAll(script.agent.take());
        clientReceives();
        for (int i = random.nextInt(4); i > 0 && !fromClient.isEmpty(); i--) {
          script.acknowledge(CLIENT, fromClient.remove());
        }
        for (int i = random.nextInt(4); i > 0 && !toAgent.isEmpty(); i--) {
          acknowledgedToAgent[number(toAgent.remove())] = true;
        }
        reconnect();
      }
      assertTrue(isDone());
    }

    private void agentSends() throws MalformedMessageException {
      if (next < TOTAL) {
        script.stream(AGENT, next++);
      }
      for (int i = 0; i < next; i++) {
        if (!acknowledgedToAgent[i]) {
          script.stream(AGENT, i);
          return;
        }
      }
    }

    private void clientReceives() {
      for (int i = random.nextInt(4); i > 0 && !toClient.isEmpty(); i--) {
        String word = toClient.remove();
        if (word.startsWith("o") && !stored[number(word)]) {
          stored[number(word)] = true;
          fromClient.add(number(word));
        }
      }
    }

    private static int number(String word) {
      return Integer.parseInt(word.replace("own:", "").substring(1));
    }

    private void reconnect() {
      if (random.nextInt(40) != 0) {
        return;
      }
      Side side = random.nextBoolean() ? AGENT : CLIENT;
      if (side == CLIENT) {
        toClient.clear();
        fromClient.clear();
      } else {
        toAgent.clear();
      }
      script.relay.to(side).detach();
      script.attach(side);
    }

    private boolean isDone() {
      for (int i = 0; i < TOTAL; i++) {
        if (!stored[i]) {
          return false;
        }
      }
      return true;
    }
  }
}
