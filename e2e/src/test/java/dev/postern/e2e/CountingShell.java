package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A shell that counts, ten lines a second, and then reads two lines: what it shows tells of gaps.
 */
final class CountingShell {
  private CountingShell() {}

  static void start(Terminal terminal, int lines) {
    terminal.type(
        "i=0; while [ $i -lt "
            + lines
            + " ]; do i=$((i+1)); echo \"<$i>\"; sleep 0.1; done; read a; read b; echo \"[$a|$b]\"\r");
    terminal.screen().expect("<20>");
  }

  /**
   * Waits for all lines that are not shown yet; the longest time that one of them took from now.
   */
  static Duration longestStall(Terminal terminal, int lines) {
    long longestNanos = 0;
    long lastNanos = System.nanoTime();
    for (int next = numbers(terminal.screen().all()).getLast() + 1; next <= lines; next++) {
      terminal.screen().expect("<" + next + ">");
      long now = System.nanoTime();
      longestNanos = Math.max(longestNanos, now - lastNanos);
      lastNanos = now;
    }
    return Duration.ofNanos(longestNanos);
  }

  /** Waits for the end, which must show every number once and what was typed meanwhile. */
  static void expectAllOnce(Terminal terminal, int lines, String typed)
      throws InterruptedException {
    terminal.screen().expect(Pattern.quote("[" + typed + "]"));
    terminal.type("exit\r");
    assertThat(terminal.exitCode()).isZero();
    assertThat(numbers(terminal.screen().all()))
        .isEqualTo(IntStream.rangeClosed(1, lines).boxed().toList());
  }

  private static List<Integer> numbers(String screen) {
    List<Integer> numbers = new ArrayList<>();
    Matcher matcher = Pattern.compile("<(\\d+)>").matcher(screen);
    while (matcher.find()) {
      numbers.add(Integer.valueOf(matcher.group(1)));
    }
    return numbers;
  }
}
