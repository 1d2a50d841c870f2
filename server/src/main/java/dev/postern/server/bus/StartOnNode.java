package dev.postern.server.bus;

import dev.postern.wire.SessionId;

/**
 * Sends the start of a session down a node's control channel.
 *
 * @param task the JSON payload of {@code interactive_shell} (spec/agent-service.md 3.5)
 */
public record StartOnNode(String instanceId, SessionId sessionId, String task)
    implements Question<Boolean> {
  @Override
  public String subject() {
    return "node." + instanceId;
  }
}
