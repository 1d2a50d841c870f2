package dev.postern.server.service.ec2messages;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.TreeCodec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A long poll that always ends empty. Held for a while, or the agent would ask twice a second;
 * beyond a number of held polls the answer comes at once, so that polls never crowd out other
 * calls.
 */
final class GetMessages implements Operation<Map<String, Object>, Map<String, Object>> {
  static final int HELD_POLLS_MAX = 256;

  private final Duration hold;
  private final Semaphore held = new Semaphore(HELD_POLLS_MAX);

  private final CountDownLatch stopping;

  GetMessages(Duration hold, CountDownLatch stopping) {
    this.hold = hold;
    this.stopping = stopping;
  }

  @Override
  public String name() {
    return "GetMessages";
  }

  @Override
  public Codec<Map<String, Object>, Map<String, Object>> codec() {
    return TreeCodec.of();
  }

  @Override
  public void validate(Map<String, Object> input) {
    for (String member : List.of("Destination", "MessagesRequestId")) {
      if (!(input.get(member) instanceof String text) || text.isEmpty() || text.length() > 128) {
        throw new Fault(
            "ValidationException", 400, member + " must be a string of 1 to 128 characters.");
      }
    }
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return Question.of("ec2messages:GetMessages", "*");
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    if (held.tryAcquire()) {
      try {
        boolean _ = stopping.await(hold.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException stopping) {
        // The server stops: answering at once is right, and the thread has nothing else to do.
        Thread.currentThread().interrupt();
      } finally {
        held.release();
      }
    }
    var output = new LinkedHashMap<String, Object>();
    output.put("Destination", input.getOrDefault("Destination", ""));
    output.put("MessagesRequestId", input.getOrDefault("MessagesRequestId", ""));
    output.put("Messages", List.of());
    return output;
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of("destination", input.getOrDefault("Destination", ""));
  }

  @Override
  public Map<String, Object> auditElements(Map<String, Object> output) {
    return Map.of();
  }
}
