/**
 * The language of IAM policies and how one request is decided by many of them (spec/aws-api.md 4).
 * Texts are parsed and compiled once into {@link PolicyDocument}; {@link Evaluator} then decides
 * from values alone: no store, no clock, no lookup. Everything here is immutable and safe for use
 * by many threads.
 *
 * <p>What is collected for a caller (whose policies, which boundary, which tags) is the caller's
 * business, as is what a service does with the verdict.
 */
@NullMarked
package dev.postern.server.access.policy;

import org.jspecify.annotations.NullMarked;
