package dev.postern.e2e;

import dev.postern.server.Postern;
import dev.postern.server.PosternConfig;
import dev.postern.server.session.GatewayTime;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code postern server} whose sessions grow older when they are told to: each line on standard
 * input is a number of seconds that pass at once. The hour stays what it is, so that signatures
 * hold. Ends with its standard input.
 */
final class MovableServer {
  private MovableServer() {}

  /** Takes {@code --data DIR --listen HOST:PORT}, in this order. */
  public static void main(String[] arguments) throws Exception {
    AtomicLong passedNanos = new AtomicLong();
    PosternConfig config =
        PosternConfig.load(Optional.empty(), Map.of(), Map.of("server.listen", arguments[3]));
    var time = new GatewayTime(InstantSource.system(), () -> System.nanoTime() + passedNanos.get());
    try (var input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        Postern running =
            Postern.start(
                config, Path.of(arguments[1]), System.getenv(), time, new SecureRandom())) {
      System.out.println("Postern is ready at " + running.publicUrl());
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        passedNanos.addAndGet(Duration.ofSeconds(Long.parseLong(line)).toNanos());
      }
    }
  }
}
