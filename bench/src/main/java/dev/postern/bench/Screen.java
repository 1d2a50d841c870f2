package dev.postern.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a shell prints, with the time of its arrival. Filled by one thread, which takes the time
 * itself so that the waking of the measuring thread is no part of a figure; awaited by another.
 */
final class Screen {
  /** Far longer than any shell takes; a run that waits so long is broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A prompt that has been quiet so long is complete. */
  private static final Duration QUIET = Duration.ofMillis(200);

  private static final int PIECES_MAX = 10_000;

  private record Piece(long nanos, ByteBuffer bytes) {}

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>(PIECES_MAX);

  /** Keeps the bytes. */
  void arrived(ByteBuffer bytes) {
    if (!pieces.offer(new Piece(System.nanoTime(), bytes))) {
      throw new IllegalStateException("a shell printed more than anybody reads");
    }
  }

  /** The time at which the first bytes arrived. */
  long awaitAny() throws IOException, InterruptedException {
    return next().nanos();
  }

  /** The time at which this byte arrived; what came before it is forgotten. */
  long await(byte wanted) throws IOException, InterruptedException {
    while (true) {
      Piece piece = next();
      ByteBuffer bytes = piece.bytes().duplicate();
      while (bytes.hasRemaining()) {
        if (bytes.get() == wanted) {
          return piece.nanos();
        }
      }
    }
  }

  private Piece next() throws IOException, InterruptedException {
    Piece piece = pieces.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (piece == null) {
      throw new IOException("a shell was silent for " + PATIENCE.toSeconds() + " s");
    }
    return piece;
  }

  /** Waits for silence and forgets everything. */
  void settle() throws InterruptedException {
    Piece piece = pieces.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
    while (piece != null) {
      piece = pieces.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
