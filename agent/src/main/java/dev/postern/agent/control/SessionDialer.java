package dev.postern.agent.control;

import dev.postern.aws.Fault;
import dev.postern.transport.DataChannel;
import dev.postern.transport.SessionEndedException;
import dev.postern.wire.MessageChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.OpenDataChannel;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/** Opens connections for the data channels of sessions. Safe for use by many threads. */
final class SessionDialer {
  /** The one text by which the service says that trying again makes no sense. */
  private static final String TERMINATED = "Session is already terminated";

  private static final List<String> FOR_THE_SERVICE = List.of(Extension.ANSWERS_PINGS);

  private final Service service;
  private final Runnable onLost;

  /**
   * @param onLost a session's connection is gone and being dialled again
   */
  SessionDialer(Service service, Runnable onLost) {
    this.service = service;
    this.onLost = onLost;
  }

  DataChannel.Dialer forSession(SessionId session) {
    String clientId = UUID.randomUUID().toString();
    AtomicBoolean dialled = new AtomicBoolean();
    return () -> {
      if (dialled.getAndSet(true)) {
        onLost.run();
      }
      return dial(session, clientId);
    };
  }

  private MessageChannel dial(SessionId session, String clientId) throws IOException {
    try {
      String token = service.createDataChannel(session, clientId);
      return Service.introduced(
          service.openDataChannel(session),
          OpenDataChannel.fromAgent(
                  UUID.randomUUID().toString(),
                  token,
                  clientId,
                  service.instanceId(),
                  FOR_THE_SERVICE)
              .toJson());
    } catch (Fault refused) {
      if (refused.message().contains(TERMINATED)) {
        throw new SessionEndedException(refused.message());
      }
      throw new IOException("the service refused the data channel: " + refused.getMessage());
    }
  }
}
