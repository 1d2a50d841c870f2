package dev.postern.server.bus;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus of a server that is one process. Safe for use by many threads.
 *
 * <p>Each subscription owns a virtual thread and a bounded queue; events of one publisher reach it
 * in order. A responder runs on the asker's thread.
 */
public final class InProcessBus implements Bus {
  private static final Logger LOG = LoggerFactory.getLogger(InProcessBus.class);

  /** The most events that wait for one subscriber; more are dropped, with one line in the log. */
  static final int QUEUE_MAX = 1024;

  private static final Duration HANDLER_WAIT = Duration.ofSeconds(5);

  private final ConcurrentMap<Class<?>, Set<Subscription<?>>> subscriptions =
      new ConcurrentHashMap<>();
  private final ConcurrentMap<Subject, Function<?, ?>> responders = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private record Subject(Class<?> kind, String name) {}

  @Override
  public void publish(Object event) {
    for (Subscription<?> subscription : subscriptions.getOrDefault(event.getClass(), Set.of())) {
      subscription.offer(event);
    }
  }

  @Override
  public <E> Registration subscribe(Class<E> kind, Consumer<E> handler) {
    requireOpen();
    Subscription<E> subscription = new Subscription<>(kind, handler);
    subscription.thread.start();
    subscriptions.computeIfAbsent(kind, absent -> ConcurrentHashMap.newKeySet()).add(subscription);
    if (closed) {
      // Closed meanwhile, perhaps before this one was to be seen.
      subscription.close();
    }
    return subscription;
  }

  @Override
  public <A> A request(Question<A> question) throws NoResponder {
    Function<?, ?> responder = responders.get(new Subject(question.getClass(), question.subject()));
    if (responder == null) {
      throw new NoResponder(question.subject());
    }
    // Registered under the question's own class, which fixes the type of the answer.
    @SuppressWarnings("unchecked")
    Function<Question<A>, A> typed = (Function<Question<A>, A>) responder;
    return typed.apply(question);
  }

  @Override
  public <A, Q extends Question<A>> Registration respond(
      Class<Q> kind, String subject, Function<Q, A> responder) {
    requireOpen();
    Subject key = new Subject(kind, subject);
    // A wrapper of its own: closing an old registration must not end a newer one of the same
    // function.
    Function<Q, A> own = question -> responder.apply(question);
    responders.put(key, own);
    return () -> responders.remove(key, own);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the bus is closed");
    }
  }

  /** Ends every registration. Events that still wait are dropped. Idempotent. */
  @Override
  public void close() {
    closed = true;
    responders.clear();
    subscriptions.values().forEach(all -> all.forEach(Subscription::close));
  }

  private final class Subscription<E> implements Registration {
    private static final Object END = new Object();

    private final Class<E> kind;
    private final Consumer<E> handler;
    private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private final AtomicBoolean dropping = new AtomicBoolean();
    private volatile boolean ended;

    Subscription(Class<E> kind, Consumer<E> handler) {
      this.kind = kind;
      this.handler = handler;
      this.thread =
          Thread.ofVirtual().name("postern-bus-" + kind.getSimpleName()).unstarted(this::run);
    }

    void offer(Object event) {
      if (ended) {
        return;
      }
      if (queue.offer(event)) {
        dropping.set(false);
      } else if (!dropping.getAndSet(true)) {
        LOG.warn("a subscriber of {} is too slow: events are dropped", kind.getSimpleName());
      }
    }

    private void run() {
      try {
        for (Object event = queue.take(); !ended; event = queue.take()) {
          handle(kind.cast(event));
        }
      } catch (InterruptedException interruption) {
        // Nobody but a handler interrupts this thread: taken as its wish to end.
        close();
      }
    }

    private void handle(E event) {
      try {
        handler.accept(event);
      } catch (RuntimeException failure) {
        LOG.error("a subscriber of {} failed", kind.getSimpleName(), failure);
      }
    }

    /** Waits for a handler that runs, except from inside of it. */
    @Override
    public void close() {
      ended = true;
      subscriptions.getOrDefault(kind, Set.of()).remove(this);
      while (!queue.offer(END)) {
        queue.clear();
      }
      if (Thread.currentThread().equals(thread)) {
        return;
      }
      try {
        if (!thread.join(HANDLER_WAIT)) {
          LOG.warn("a subscriber of {} does not end", kind.getSimpleName());
        }
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
