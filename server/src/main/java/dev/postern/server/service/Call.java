package dev.postern.server.service;

import dev.postern.server.access.Permit;
import java.time.Instant;

/**
 * One permitted call of an operation.
 *
 * @param permit whose caller is the caller
 * @param requestId the UUID that the answer and the audit event carry
 * @param now when the call arrived
 * @param sourceAddress the client's address, as text
 */
public record Call(Permit permit, String requestId, Instant now, String sourceAddress) {}
