package dev.postern.server.session;

import java.util.UUID;

/** A stream message that its receiver has. */
record Acknowledged(long sequenceNumber, UUID messageId) {}
