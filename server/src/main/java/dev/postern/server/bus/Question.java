package dev.postern.server.bus;

/**
 * Something asked of whoever holds its subject.
 *
 * @param <A> the answer
 */
public interface Question<A> {
  /** Names the holder, for example {@code node.mi-0123}. */
  String subject();
}
