package dev.postern.e2e;

import dev.postern.client.session.FrozenLink;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A server, and a node that reaches it by another path than clients do; both can be disturbed. */
final class TwoLegs implements AutoCloseable {
  /** Whose path to the server. */
  enum Leg {
    CLIENT,
    NODE
  }

  private final Path folder;
  private final RunningServer server;
  private @Nullable FrozenLink ofClients;
  private @Nullable FrozenLink ofNode;
  private @Nullable RunningAgent agent;

  private TwoLegs(Path folder, RunningServer server) {
    this.folder = folder;
    this.server = server;
  }

  static TwoLegs start(Path folder) throws Exception {
    int front = FrontProxy.freePort();
    TwoLegs legs =
        new TwoLegs(
            folder,
            new RunningServer(
                folder.resolve("server"), "--public-url", "https://localhost:" + front));
    boolean started = false;
    try {
      int port = legs.server.listeningPort();
      legs.ofClients = new FrozenLink(front, port);
      FrozenLink ofNode = new FrozenLink(port);
      legs.ofNode = ofNode;
      legs.agent =
          RunningAgent.enrolAt(
              URI.create("https://localhost:" + ofNode.port()),
              legs.server,
              folder.resolve("agent"));
      started = true;
      return legs;
    } finally {
      if (!started) {
        legs.close();
      }
    }
  }

  RunningServer server() {
    return server;
  }

  RunningAgent agent() {
    return made(agent);
  }

  OneNode node() {
    return new OneNode(server, agent(), folder);
  }

  FrozenLink link(Leg leg) {
    return made(leg == Leg.CLIENT ? ofClients : ofNode);
  }

  private static <T> T made(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("not started");
    }
    return part;
  }

  @Override
  public void close() throws IOException {
    try {
      if (agent != null) {
        agent.close();
      }
    } finally {
      if (ofNode != null) {
        ofNode.close();
      }
      if (ofClients != null) {
        ofClients.close();
      }
      server.close();
    }
  }
}
