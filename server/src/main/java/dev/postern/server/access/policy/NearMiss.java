package dev.postern.server.access.policy;

import java.util.List;

/**
 * The Allow that came nearest to matching.
 *
 * @param statement where it stands
 * @param mismatches what is wrong with it: its action; else its resource; else its principal; else
 *     every condition that does not hold
 */
public record NearMiss(Verdict.Match statement, List<Mismatch> mismatches) {}
