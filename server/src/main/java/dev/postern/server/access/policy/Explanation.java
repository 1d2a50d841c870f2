package dev.postern.server.access.policy;

import java.util.Optional;

/**
 * A verdict and what an administrator needs to understand it.
 *
 * @param nearest for an implicit deny, unless no statement names the request's service
 */
public record Explanation(PolicyRequest request, Verdict verdict, Optional<NearMiss> nearest) {}
