package dev.postern.client.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program of ours that this process started and stops again. It is in a session of its own, so
 * that neither Ctrl-C nor the end of the terminal reaches it before we have ended what runs on it.
 * Its output is read on a thread of this class and only the last lines are kept. Safe for use by
 * many threads.
 */
final class ChildProgram implements AutoCloseable {
  private static final int LINES_MAX = 12;
  private static final int LINE_CHARACTERS_MAX = 2000;
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(8);

  private final String name;
  private final Process process;
  private final Thread reader;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final @Nullable String awaitedPrefix;
  private @Nullable String awaitedLine;
  private boolean outputEnded;

  private ChildProgram(String name, Process process, @Nullable String awaitedPrefix) {
    this.name = name;
    this.process = process;
    this.awaitedPrefix = awaitedPrefix;
    // Not a virtual one: a read from a program's pipe keeps a carrier, of which there are few.
    this.reader = Thread.ofPlatform().daemon().name(name + "-output").start(this::read);
  }

  /**
   * Starts a program.
   *
   * @param input written to its standard input, which is then closed
   * @param awaitedPrefix of the line that {@link #awaitLine} waits for
   */
  static ChildProgram start(
      String name, List<String> command, String input, @Nullable String awaitedPrefix)
      throws IOException {
    Process process = detached(command).redirectErrorStream(true).start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException ended) {
      // it has ended already; its output says why
    }
    return new ChildProgram(name, process, awaitedPrefix);
  }

  /** Of a program in a session of its own. */
  static ProcessBuilder detached(List<String> command) {
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(detached).directory(new File("/"));
    // The person's own AWS settings concern another server.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("AWS_"));
    return builder;
  }

  /** The rest of the awaited line, when the program has printed it. */
  synchronized String awaitLine(Duration patience) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (awaitedLine == null) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (outputEnded || leftMs <= 0) {
        throw failure(
            outputEnded ? "ended" : "did not get ready in " + patience.toSeconds() + " s");
      }
      wait(leftMs);
    }
    return awaitedLine;
  }

  /** Waits for the end of a program that is to succeed. */
  void awaitSuccess(Duration patience) throws IOException, InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure("did not end in " + patience.toSeconds() + " s");
    }
    reader.join(STOP_PATIENCE);
    if (process.exitValue() != 0) {
      throw failure("failed with exit code " + process.exitValue());
    }
  }

  /** Fails when the program has ended although it should not. */
  void requireAlive() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      reader.join(STOP_PATIENCE);
      throw failure("ended with exit code " + process.exitValue());
    }
  }

  private synchronized IOException failure(String what) {
    return new IOException("the " + name + " " + what + ": " + String.join(" | ", lastLines));
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        keep(line.length() > LINE_CHARACTERS_MAX ? line.substring(0, LINE_CHARACTERS_MAX) : line);
      }
    } catch (IOException ended) {
      keep(String.valueOf(ended.getMessage()));
    } finally {
      synchronized (this) {
        outputEnded = true;
        notifyAll();
      }
    }
  }

  private synchronized void keep(String line) {
    if (awaitedPrefix != null && awaitedLine == null && line.startsWith(awaitedPrefix)) {
      awaitedLine = line.substring(awaitedPrefix.length()).strip();
      notifyAll();
    }
    if (lastLines.size() == LINES_MAX) {
      lastLines.removeFirst();
    }
    lastLines.addLast(line);
  }

  /** Asks the program to end, and kills it with everything below it when it does not. */
  @Override
  public void close() {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    process.destroy();
    boolean ended = false;
    boolean interrupted = false;
    try {
      ended = process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException hurry) {
      interrupted = true;
    }
    if (!ended) {
      family.addAll(process.descendants().toList());
      process.destroyForcibly();
    }
    family.forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
