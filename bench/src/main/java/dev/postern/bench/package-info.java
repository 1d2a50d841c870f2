/**
 * Measurements of the parts (JMH) and of whole sessions, each beside a baseline of the same run.
 */
@org.jspecify.annotations.NullMarked
package dev.postern.bench;
