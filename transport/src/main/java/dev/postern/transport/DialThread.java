package dev.postern.transport;

import dev.postern.wire.MessageChannel;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Dials on a virtual thread, because only there an interrupt ends a blocked connect. It lives as
 * long as the attempt.
 */
final class DialThread {
  private DialThread() {}

  /**
   * Dials.
   *
   * @throws InterruptedException when this thread was interrupted; nothing stays open
   */
  static MessageChannel dial(DataChannel.Dialer dialer, String name)
      throws IOException, InterruptedException {
    CompletableFuture<MessageChannel> result = new CompletableFuture<>();
    Thread thread = Thread.ofVirtual().name(name).start(() -> dial(dialer, result));
    try {
      return result.get();
    } catch (InterruptedException calledOff) {
      if (!result.cancel(false)) {
        closeResult(result);
      }
      thread.interrupt();
      throw calledOff;
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IllegalStateException(failed);
      }
    }
  }

  private static void dial(DataChannel.Dialer dialer, CompletableFuture<MessageChannel> result) {
    try {
      MessageChannel opened = dialer.dial();
      if (!result.complete(opened)) {
        opened.close();
      }
    } catch (IOException | RuntimeException failure) {
      result.completeExceptionally(failure);
    }
  }

  private static void closeResult(CompletableFuture<MessageChannel> result) {
    try {
      result.join().close();
    } catch (CompletionException | CancellationException nothingOpen) {
      // The attempt failed by itself.
    }
  }
}
