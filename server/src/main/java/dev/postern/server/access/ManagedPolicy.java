package dev.postern.server.access;

import dev.postern.server.access.policy.PolicyDocument;
import java.time.Instant;

/**
 * One of AWS's own managed policies as this server has it: AWS's name, ARN and version over a text
 * of ours (spec/aws-api.md 3.1). Only the version in force is known.
 *
 * @param name without the path
 * @param path begins and ends with a slash
 * @param arn {@code arn:aws:iam::aws:policy<path><name>}
 * @param policyId {@code ANPA...}, always the same one
 * @param description one sentence
 * @param defaultVersionId the version in force, as AWS numbers it: {@code v2}
 * @param document the JSON text
 * @param policy the text, compiled
 * @param createDate when AWS made the policy
 * @param updateDate when AWS made the version
 */
public record ManagedPolicy(
    String name,
    String path,
    String arn,
    String policyId,
    String description,
    String defaultVersionId,
    String document,
    PolicyDocument policy,
    Instant createDate,
    Instant updateDate) {}
