package dev.postern.agent.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real datagram socket as the service manager has one, served by Python. */
final class NotifyReceiver implements AutoCloseable {
  private static final String PROGRAM =
      """
      import socket, sys
      receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      name = sys.argv[1]
      receiver.bind('\\0' + name[1:] if name.startswith('@') else name)
      print('bound', flush=True)
      while True:
          print(receiver.recv(65536).decode().replace('\\n', '|'), flush=True)
      """;

  private final Process process;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

  NotifyReceiver(String name) throws Exception {
    process = new ProcessBuilder("python3", "-c", PROGRAM, name).start();
    Thread.ofVirtual().name("notify-receiver").start(this::read);
    awaitMessage("bound");
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        messages.add(line);
      }
    } catch (IOException closed) {
      messages.add("closed");
    }
  }

  /** The next message, its lines joined by bars. */
  String next() throws InterruptedException {
    String message = messages.poll(20, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message came");
    }
    return message;
  }

  /** The next message that begins like that; others are passed over. */
  String awaitMessage(String start) throws InterruptedException {
    for (String message = next(); ; message = next()) {
      if (message.startsWith(start)) {
        return message;
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
