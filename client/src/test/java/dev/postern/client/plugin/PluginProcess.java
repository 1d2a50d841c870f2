package dev.postern.client.plugin;

import dev.postern.client.terminal.TestPty;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of this module as a process of its own with pipes for streams. */
public final class PluginProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Collector output;
  private final Collector error;

  private PluginProcess(Process process) {
    this.process = process;
    this.output = new Collector(process.getInputStream());
    this.error = new Collector(process.getErrorStream());
  }

  /** Credentials, and no configuration of whoever runs the tests. */
  public static Map<String, String> environment() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY", "secret",
        "AWS_CONFIG_FILE", "/nonexistent/config",
        "AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  }

  public static PluginProcess start(
      Class<?> main, Map<String, String> environment, String... arguments) throws IOException {
    // The AWS CLI ignores the interrupt while the plugin runs, and the plugin inherits that; no
    // shell does it. A suite started with nohup would hand its ignored signal down.
    String interrupt = main == PluginMain.class ? "--ignore-signal=INT" : "--default-signal=INT";
    List<String> line = new ArrayList<>(List.of("env", "--default-signal=HUP", interrupt));
    line.addAll(TestPty.java(main, arguments));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("AWS_") || name.equals("SSL_CERT_FILE"));
    builder.environment().putAll(environment);
    return new PluginProcess(builder.start());
  }

  public void type(String text) throws IOException {
    process.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    process.getOutputStream().flush();
  }

  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  public void kill(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
        .inheritIO()
        .start()
        .waitFor();
  }

  /** Whether the program ends within a time. */
  public boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  public int awaitExit() throws InterruptedException {
    return awaitExit(PATIENCE);
  }

  public int awaitExit(Duration patience) throws InterruptedException {
    if (!endsWithin(patience)) {
      throw new AssertionError(
          "the program did not end; output: " + output.text() + " error: " + error.text());
    }
    output.thread.join();
    error.thread.join();
    return process.exitValue();
  }

  public String output() {
    return output.text();
  }

  public String error() {
    return error.text();
  }

  public void awaitOutput(String text) throws InterruptedException {
    output.await(text);
  }

  public void awaitError(String text) throws InterruptedException {
    error.await(text);
  }

  @Override
  public void close() {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
  }

  private static final class Collector {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Thread thread;
    private boolean ended;

    Collector(InputStream stream) {
      // Not a virtual one: a read from a program's pipe keeps a carrier, of which there are few.
      this.thread = Thread.ofPlatform().daemon().start(() -> collect(stream));
    }

    private void collect(InputStream stream) {
      byte[] buffer = new byte[8192];
      try {
        for (int count = stream.read(buffer); count > 0; count = stream.read(buffer)) {
          synchronized (this) {
            bytes.write(buffer, 0, count);
            notifyAll();
          }
        }
      } catch (IOException closed) {
        // the process was killed
      } finally {
        synchronized (this) {
          ended = true;
          notifyAll();
        }
      }
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized void await(String text) throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!text().contains(text)) {
        if (ended || System.nanoTime() > deadline) {
          throw new AssertionError("no " + text + " in: " + text());
        }
        wait(100);
      }
    }
  }
}
