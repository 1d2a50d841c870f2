package dev.postern.server.session;

import dev.postern.server.store.Sessions;
import dev.postern.wire.SessionId;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What sessions share.
 *
 * @param controlChannel the open control channel of a node, if there is one
 * @param forget told when a session's end is stored
 */
record SessionSurroundings(
    GatewayOptions options,
    GatewayTime time,
    Relay.Shared relays,
    Sessions sessions,
    Executor workers,
    Function<String, @Nullable ControlChannel> controlChannel,
    Consumer<Session> forget) {
  OwnMessages messages() {
    return relays.messages();
  }

  Counts counts() {
    return relays.counts();
  }

  RecordWriter recordWriter(SessionId id) {
    return new RecordWriter(sessions, id, workers);
  }
}
