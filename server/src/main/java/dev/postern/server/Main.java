package dev.postern.server;

import dev.postern.server.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/**
 * {@code postern server}: runs the server in the foreground until SIGTERM or SIGINT. Exit codes: 0
 * after a clean stop, 2 for wrong usage, 1 for anything else, with one line on the error stream.
 */
@Command(
    name = "postern server",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Runs the server in the foreground until SIGTERM or SIGINT.")
public final class Main implements Callable<Integer> {
  private static final int FAILURE = 1;

  /** A stop that takes longer is cut off: nothing acknowledged is lost by that. */
  private static final Duration STOP_MAX = Duration.ofSeconds(9);

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private final Stop stop;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where everything is kept (default: $POSTERN_DATA, else the XDG state home).")
  private @Nullable Path data;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen (default: 127.0.0.1:8443); port 0 takes a free one.")
  private @Nullable String listen;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = "Where clients and nodes reach the server (default: https://localhost:PORT).")
  private @Nullable String publicUrl;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration, YAML.")
  private @Nullable Path config;

  @Option(names = "--check-config", description = "Only checks the configuration.")
  private boolean checkConfig;

  /** Waits until the server shall stop. */
  @FunctionalInterface
  interface Stop {
    /** Returns when it is time; the server is closed after it. */
    void await(Postern running) throws InterruptedException;
  }

  private Main(PrintStream out, PrintStream err, Map<String, String> environment, Stop stop) {
    this.out = out;
    this.err = err;
    this.environment = environment;
    this.stop = stop;
  }

  public static void main(String[] args) {
    int code = FAILURE;
    try {
      code = run(args, System.out, System.err, System.getenv(), Main::awaitSignal);
    } catch (Error broken) {
      // A broken installation must not leave a process behind whose other threads go on.
      System.err.println("postern server: " + broken);
    }
    System.exit(code);
  }

  static int run(
      String[] args, PrintStream out, PrintStream err, Map<String, String> environment, Stop stop) {
    CommandLine command = new CommandLine(new Main(out, err, environment, stop));
    command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    command.setParameterExceptionHandler((wrong, _) -> {
      err.println("postern server: " + wrong.getMessage() + " (see postern server --help)");
      return CommandLine.ExitCode.USAGE;
    });
    return command.execute(args);
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      PosternConfig settings = PosternConfig.load(Optional.ofNullable(config), environment, set());
      if (checkConfig) {
        out.println("The configuration is valid.");
        return CommandLine.ExitCode.OK;
      }
      configureLog(settings.log());
      return serve(settings);
    } catch (StartFailure | StoreException failure) {
      err.println("postern server: " + failure.getMessage());
      return FAILURE;
    }
  }

  @Command(
      name = "rotate-master-key",
      mixinStandardHelpOptions = true,
      description = "Puts all secrets under a new master key. The server must be down.")
  int rotateMasterKey(
      @Option(names = "--data", paramLabel = "DIR", description = "The data directory.")
          @Nullable Path directory) {
    return new Maintenance(out, err, environment).rotateMasterKey(orOuter(directory));
  }

  @Command(
      name = "recover-admin",
      mixinStandardHelpOptions = true,
      description = {
        "Restores the user admin: AdministratorAccess and nothing else attached, no group, no",
        "boundary, one new access key, which goes into aws/credentials of the data directory.",
        "The server must be down."
      })
  int recoverAdmin(
      @Option(names = "--data", paramLabel = "DIR", description = "The data directory.")
          @Nullable Path directory) {
    return new Maintenance(out, err, environment).recoverAdmin(orOuter(directory));
  }

  private @Nullable Path orOuter(@Nullable Path directory) {
    return directory != null ? directory : data;
  }

  private Map<String, String> set() {
    var options = new HashMap<String, String>();
    if (listen != null) {
      options.put("server.listen", listen);
    }
    if (publicUrl != null) {
      options.put("server.publicUrl", publicUrl);
    }
    return options;
  }

  /** Read by logback.xml when the first logger is made, which is after this. */
  private static void configureLog(PosternConfig.Log log) {
    System.setProperty("postern.log.level", log.level().name());
    System.setProperty("postern.log.format", log.format().name().toLowerCase(Locale.ROOT));
  }

  private int serve(PosternConfig settings) throws InterruptedException {
    Path directory = data != null ? data : DataDirectory.defaultPath(environment);
    try (Postern running =
        Postern.start(
            settings, directory, environment, InstantSource.system(), new SecureRandom())) {
      out.println("Postern is ready at " + running.publicUrl());
      out.println("For the AWS CLI in this shell: . " + running.environmentFile());
      out.flush();
      stop.await(running);
    }
    return CommandLine.ExitCode.OK;
  }

  /**
   * A signal ends the JVM through its shutdown hooks. Ours closes the server and then ends the
   * process itself, so that a clean stop has exit code 0.
   */
  private static void awaitSignal(Postern running) throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> closeAndHalt(running)));
    new CountDownLatch(1).await();
  }

  private static void closeAndHalt(Postern running) {
    Thread closing = Thread.ofPlatform().daemon().name("postern-stop").start(running::close);
    int status = FAILURE;
    try {
      if (closing.join(STOP_MAX)) {
        status = CommandLine.ExitCode.OK;
      } else {
        System.err.println("postern server: did not stop within " + STOP_MAX.toSeconds() + " s");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
  }

  /** Of the build. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      try (InputStream text = Main.class.getResourceAsStream("version.txt")) {
        if (text == null) {
          throw new IllegalStateException("version.txt is missing from this program");
        }
        String version = new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
        return new String[] {"postern server " + version};
      }
    }
  }
}
