import org.jspecify.annotations.NullMarked;

/** HTTPS and WebSocket, the dialling end. Nothing but the JDK below it. */
@NullMarked
module dev.postern.transport {
  requires static org.jspecify;
  requires transitive dev.postern.aws;
  requires transitive dev.postern.wire;

  exports dev.postern.transport;
}
