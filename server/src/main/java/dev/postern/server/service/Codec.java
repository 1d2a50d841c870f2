package dev.postern.server.service;

import java.util.Map;

/**
 * Turns an operation's input and output into trees of JSON's shape and back. Trees hold {@code
 * Map<String, Object>}, {@code List<Object>}, {@code String}, {@code Long}, {@code BigDecimal},
 * {@code Boolean}, and {@code Instant} for times.
 *
 * @param <I> input
 * @param <O> output
 */
public interface Codec<I, O> {
  /**
   * Reads the input, or throws a {@code SerializationException} fault when a member has the wrong
   * type.
   */
  I read(Map<String, Object> tree);

  /** Members in the order of the model; absent ones are left out. */
  Map<String, Object> write(O output);
}
