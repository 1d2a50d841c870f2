package dev.postern.transport;

import dev.postern.wire.channel.IncomingStream;
import dev.postern.wire.message.AgentMessage;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What arrived on a data channel and waits for its receiver. The reader puts in, one delivery
 * thread takes out, so that a receiver that does not keep up stops neither acknowledgements nor
 * pongs. Memory is bounded by {@link IncomingStream}, and before that by the sender's window.
 *
 * <p>The receiver is called without the lock.
 */
final class DataChannelInbox {
  /** How soon a receiver that was not ready is asked again without having said that it is. */
  static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

  /**
   * How long the reader waits for a receiver when everything is full. Only peers without a window,
   * the official ones, get there; then what they send is dropped and sent again.
   */
  static final Duration STALL_MAX = Duration.ofSeconds(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrivals = lock.newCondition();
  private final Condition space = lock.newCondition();

  private final IncomingStream incoming;
  private final DataChannel.Receiver receiver;
  private final DataChannelOutbox outbox;
  private boolean delivering;
  private boolean refused;
  private boolean ready;
  private @Nullable Runnable last;
  private boolean ended;

  DataChannelInbox(
      IncomingStream incoming, DataChannel.Receiver receiver, DataChannelOutbox outbox) {
    this.incoming = incoming;
    this.receiver = receiver;
    this.outbox = outbox;
  }

  /** Takes in a stream message of the peer; the reader's thread. */
  void arrive(AgentMessage message) throws InterruptedException {
    lock.lock();
    try {
      long left = STALL_MAX.toNanos();
      while (!ended
          && !refused
          && incoming.next() != null
          && !incoming.hasRoom(message.payload().remaining())
          && left > 0) {
        left = space.awaitNanos(left);
      }
      if (incoming.offer(message) == IncomingStream.Arrival.ACKNOWLEDGE) {
        outbox.acknowledge(message);
      }
      arrivals.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The receiver would now take what it refused. */
  void receiverReady() {
    lock.lock();
    try {
      ready = true;
      arrivals.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Hands messages to the receiver in order until the channel ends; the delivery thread. */
  void deliver() throws InterruptedException {
    for (AgentMessage next = awaitNext(); next != null; next = awaitNext()) {
      boolean taken = receiver.onStream(next.payloadType(), next.payload());
      settle(next, taken);
    }
    Runnable farewell = takeLast();
    if (farewell != null) {
      farewell.run();
    }
  }

  private @Nullable AgentMessage awaitNext() throws InterruptedException {
    lock.lock();
    try {
      // What else arrives meanwhile must not put the next try off.
      long untilRetry = RETRY_INTERVAL.toNanos();
      while (!ended) {
        AgentMessage next = incoming.next();
        if (next != null && (!refused || ready || untilRetry <= 0)) {
          ready = false;
          delivering = true;
          return next;
        }
        if (last != null) {
          return null;
        }
        if (next == null) {
          arrivals.await();
        } else {
          untilRetry = arrivals.awaitNanos(untilRetry);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void settle(AgentMessage message, boolean taken) {
    lock.lock();
    try {
      delivering = false;
      refused = !taken;
      if (taken && incoming.consumed()) {
        outbox.consumed(message);
      }
      space.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the end of the call to the receiver that runs now, after which the acknowledgement of
   * what it took is due.
   */
  void awaitDelivered() throws InterruptedException {
    lock.lock();
    try {
      while (delivering && !ended) {
        space.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends delivery with a last call, after everything that can be delivered before it. */
  void endWith(Runnable farewell) {
    lock.lock();
    try {
      last = farewell;
      arrivals.signal();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Runnable takeLast() {
    lock.lock();
    try {
      Runnable farewell = ended ? null : last;
      ended = true;
      space.signalAll();
      return farewell;
    } finally {
      lock.unlock();
    }
  }

  /** Ends delivery at once; a call that runs now is the last. */
  void end() {
    lock.lock();
    try {
      ended = true;
      arrivals.signalAll();
      space.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
