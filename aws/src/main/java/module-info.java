import org.jspecify.annotations.NullMarked;

/** How an AWS request is written, signed and answered. No sockets, no threads, no clock. */
@NullMarked
module dev.postern.aws {
  requires static org.jspecify;
  requires tools.jackson.core;

  exports dev.postern.aws;
}
