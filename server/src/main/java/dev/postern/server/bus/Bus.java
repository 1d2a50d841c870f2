package dev.postern.server.bus;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How the parts of a server speak to each other without calling each other. Safe for use by many
 * threads.
 *
 * <p>Promised: a question is answered by the newest responder of its subject, or refused at once.
 * Not promised: order between events of different publishers, or delivery of an event to a
 * subscriber whose queue is full.
 */
public interface Bus extends AutoCloseable {
  /** Tells every subscriber of this event's class. Never blocks. */
  void publish(Object event);

  /**
   * Runs the handler for each event of the class, on a thread of its own with a bounded queue,
   * until closed.
   */
  <E> Registration subscribe(Class<E> kind, Consumer<E> handler);

  /**
   * Asks whoever responds for the question's subject and waits for the answer.
   *
   * @throws NoResponder at once, when nobody does
   */
  <A> A request(Question<A> question) throws NoResponder;

  /**
   * Answers questions of one class about one subject, until closed. A newer responder of the same
   * subject and class replaces an older one. The responder runs on the asker's thread and must not
   * block for long.
   */
  <A, Q extends Question<A>> Registration respond(
      Class<Q> kind, String subject, Function<Q, A> responder);

  @Override
  void close();

  /** Ends a subscription or a responder; other registrations are untouched. Idempotent. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
