package dev.postern.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Collects what a session's program writes and waits for what a test expects to see. */
final class Screen implements OutputSink {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final AtomicLong MARKS = new AtomicLong(System.nanoTime());

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();

  @Override
  public synchronized void accept(OutputStreamKind stream, ByteBuffer bytes) {
    ByteArrayOutputStream to = stream == OutputStreamKind.OUTPUT ? output : error;
    to.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    notifyAll();
  }

  synchronized String text() {
    return output.toString(StandardCharsets.UTF_8);
  }

  synchronized String errorText() {
    return error.toString(StandardCharsets.UTF_8);
  }

  synchronized byte[] bytes() {
    return output.toByteArray();
  }

  String awaitText(String expected) throws InterruptedException {
    return await(text -> text.contains(expected), expected);
  }

  synchronized String await(Predicate<String> expected, String description)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!expected.test(text())) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      assertThat(left).as("waiting for %s in: %s", description, text()).isPositive();
      wait(left);
    }
    return text();
  }

  static Launch launch() throws Exception {
    return new Launch(Account.current(), newMark(), Map.of());
  }

  static String newMark() {
    return "test" + Long.toString(MARKS.incrementAndGet(), 36);
  }

  static ByteBuffer typed(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
