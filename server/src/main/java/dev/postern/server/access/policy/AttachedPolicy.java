package dev.postern.server.access.policy;

/**
 * A policy and where it comes from.
 *
 * @param sourceId the ARN of a managed policy, or what else identifies it to an administrator
 */
public record AttachedPolicy(String sourceId, SourceType sourceType, PolicyDocument document) {}
