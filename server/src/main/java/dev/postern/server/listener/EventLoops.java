package dev.postern.server.listener;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The threads that move bytes: a fixed number of {@link Loop}s. Made before, and closed after,
 * everything that lives on them. Safe for use by many threads.
 */
public final class EventLoops implements AutoCloseable {
  private static final int LOOPS_MIN = 2;
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final EventLoopGroup group;

  /** One loop for each processor, two at least. */
  public EventLoops() {
    this(Math.max(LOOPS_MIN, Runtime.getRuntime().availableProcessors()));
  }

  /** Exactly this many loops. */
  public EventLoops(int loops) {
    group =
        new MultiThreadIoEventLoopGroup(
            loops, new DefaultThreadFactory("postern-io", false), NioIoHandler.newFactory());
  }

  /** The next loop in turn, to put something on that has no connection of its own yet. */
  public Loop next() {
    return of(group.next());
  }

  EventLoopGroup group() {
    return group;
  }

  static Loop of(EventLoop eventLoop) {
    return new NettyLoop(eventLoop);
  }

  /**
   * @throws IllegalArgumentException when the loop was not made here
   */
  static EventLoop eventLoop(Loop loop) {
    if (!(loop instanceof NettyLoop(EventLoop eventLoop))) {
      throw new IllegalArgumentException("not a loop of connections");
    }
    return eventLoop;
  }

  /** Ends the threads after what already waits on them; bounded. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_MAX.toMillis() * 2);
  }

  private record NettyLoop(EventLoop executor) implements Loop {
    @Override
    public boolean isCurrent() {
      return executor.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
      executor.execute(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      Future<?> waiting = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> waiting.cancel(false);
    }
  }
}
