package dev.postern.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a running program has printed so far, to wait on. Filled by a thread that ends with the
 * program.
 */
final class Output {
  static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final StringBuilder text = new StringBuilder();
  private int searchedTo;
  private boolean ended;

  Output(InputStream stream) {
    // Not a virtual one: a read from a program's pipe keeps a carrier, of which there are few.
    Thread.ofPlatform().daemon().start(() -> fill(stream));
  }

  private void fill(InputStream stream) {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException closed) {
      append("");
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void append(String more) {
    text.append(more);
    notifyAll();
  }

  /** Waits until the pattern appears after what was matched before, and returns the match. */
  synchronized Matcher expect(String regex) {
    Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
    Instant deadline = Instant.now().plus(TIMEOUT);
    while (true) {
      Matcher matcher = pattern.matcher(text);
      if (matcher.find(searchedTo)) {
        searchedTo = matcher.end();
        return matcher;
      }
      long left = Duration.between(Instant.now(), deadline).toMillis();
      if (ended || left <= 0) {
        throw new AssertionError(
            "never saw " + regex + (ended ? " (ended)" : "") + " in:\n" + text);
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", interrupted);
      }
    }
  }

  /** Everything so far. */
  synchronized String all() {
    return text.toString();
  }

  /** Waits for the end of the stream and returns everything. */
  synchronized String allAtEnd() {
    Instant deadline = Instant.now().plus(TIMEOUT);
    while (!ended) {
      long left = Duration.between(Instant.now(), deadline).toMillis();
      if (left <= 0) {
        throw new AssertionError("did not end; so far:\n" + text);
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", interrupted);
      }
    }
    return text.toString();
  }
}
