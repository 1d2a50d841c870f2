package dev.postern.server.session;

import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.message.MessageType;

/** A session whose two sides are there. */
record Pair(SessionId id, Peer agent, Peer client) implements AutoCloseable {
  static Pair start(TestGateway server, Peer control) throws Exception {
    SessionId id = server.startSession();
    if (!control.receive().messageType().equals(MessageType.INTERACTIVE_SHELL)) {
      throw new AssertionError("the node was not told");
    }
    Peer agent = server.agent(id);
    agent.state(AgentSessionState.CONNECTED);
    Peer client = server.client(id);
    server.awaitStatus(id, Status.Connected);
    return new Pair(id, agent, client);
  }

  @Override
  public void close() {
    agent.close();
    client.close();
  }
}
