package dev.postern.server.service.ec2messages;

import dev.postern.server.service.AgentCall;
import dev.postern.server.service.Service;
import dev.postern.server.service.Service.Protocol;
import dev.postern.server.shape.TreeCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The message delivery service, which the official agent polls until its control channel has been
 * up for a minute (spec/agent-service.md 4.3). Sessions never go this way, so there never is a
 * message.
 */
public final class MessageDelivery {
  private MessageDelivery() {}

  /**
   * The service's operations.
   *
   * @param pollHold how long an empty poll is held; below the agent's time-out of 20 s
   * @param stopping ends the hold of all polls: a stop of the server need not wait for them
   */
  public static Service service(Duration pollHold, CountDownLatch stopping) {
    return Service.regional(
        "ec2messages",
        new Protocol.AwsJson("EC2WindowsMessageDeliveryService"),
        List.of(
            new GetMessages(pollHold, stopping),
            answer("AcknowledgeMessage"),
            answer("DeleteMessage"),
            answer("FailMessage"),
            answer("SendReply")));
  }

  private static AgentCall answer(String name) {
    return new AgentCall(name, "ec2messages:" + name, TreeCodec.of(), Map.of());
  }
}
