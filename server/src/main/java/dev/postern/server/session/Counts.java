package dev.postern.server.session;

import java.util.concurrent.atomic.LongAdder;

/** What the gateway refused to pass on, since its start. Safe for use by many threads. */
final class Counts {
  /** Messages of a type that is unknown or not for this sender, and texts after the first. */
  final LongAdder droppedMessages = new LongAdder();

  /** Stream messages without room or with a senseless number. */
  final LongAdder refusedMessages = new LongAdder();

  /** Connections that ended because of bytes that are no message. */
  final LongAdder malformedConnections = new LongAdder();

  /** Connections that did not show a valid token in time. */
  final LongAdder refusedConnections = new LongAdder();

  /** Duplicates that were acknowledged on behalf of their receiver. */
  final LongAdder repeatedAcknowledgements = new LongAdder();
}
