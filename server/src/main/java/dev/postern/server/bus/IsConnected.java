package dev.postern.server.bus;

/** Whether a node has a control channel open. Only a holder answers, always true. */
public record IsConnected(String instanceId) implements Question<Boolean> {
  @Override
  public String subject() {
    return "node." + instanceId;
  }
}
