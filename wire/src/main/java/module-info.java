import org.jspecify.annotations.NullMarked;

/** What travels between client, server and agent. No sockets, no threads, no clock. */
@NullMarked
module dev.postern.wire {
  requires static org.jspecify;
  requires tools.jackson.core;

  exports dev.postern.wire;
  exports dev.postern.wire.channel;
  exports dev.postern.wire.control;
  exports dev.postern.wire.handshake;
  exports dev.postern.wire.json;
  exports dev.postern.wire.message;
  exports dev.postern.wire.smux;
}
