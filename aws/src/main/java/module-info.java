import org.jspecify.annotations.NullMarked;

/** How an AWS request is written, signed and answered. No sockets, no threads, no clock. */
@NullMarked
module dev.postern.aws {
  requires static org.jspecify;
  requires tools.jackson.core;

  exports dev.postern.aws;
  exports dev.postern.aws.caller;
  exports dev.postern.aws.credentials;
  exports dev.postern.aws.json;
  exports dev.postern.aws.protocol;
  exports dev.postern.aws.query;
  exports dev.postern.aws.sigv4;
  exports dev.postern.aws.xml;
}
