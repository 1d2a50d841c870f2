package dev.postern.server;

import dev.postern.server.listener.AddressRange;
import dev.postern.server.service.ssm.DocumentCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator can set. Each component is a key of the configuration file, named by its path:
 * {@code server.tls.certificate}. Values are checked here; {@link ConfigReader} reads them.
 * docs/configuration.md lists the keys.
 */
public record PosternConfig(
    Server server,
    Account account,
    String region,
    Authorization authorization,
    Sessions sessions,
    Log log,
    Preferences preferences) {
  /** What is in force where nothing is set. */
  public static final PosternConfig DEFAULTS =
      new PosternConfig(
          new Server(
              new ListenAddress("127.0.0.1", 8443),
              Optional.empty(),
              List.of(),
              new Tls(Optional.empty(), Optional.empty())),
          new Account("123456789012", List.of()),
          "us-east-1",
          new Authorization(DocumentCheck.LENIENT),
          new Sessions(Duration.ofSeconds(60), 30),
          new Log(LogLevel.INFO, LogFormat.TEXT),
          new Preferences(true));

  public PosternConfig {
    require(region.matches("[a-z]{2}(-[a-z]+)+-[0-9]{1,2}"), "it is not like us-east-1");
  }

  /**
   * Reads the file, then the environment, then the command line; later ones win.
   *
   * @param options values of the command line by key
   * @throws StartFailure with the key, its place and what is wrong
   */
  public static PosternConfig load(
      Optional<Path> file, Map<String, String> environment, Map<String, String> options) {
    return new ConfigReader().load(file, environment, options);
  }

  /** The base of every URL that clients are given. */
  public URI publicUrl(int port) {
    return server.publicUrl().orElseGet(() -> URI.create("https://localhost:" + port));
  }

  /**
   * The listener.
   *
   * @param trustedProxies whose word about a client's address and Host header is taken
   */
  public record Server(
      ListenAddress listen, Optional<URI> publicUrl, List<AddressRange> trustedProxies, Tls tls) {
    public Server {
      trustedProxies = List.copyOf(trustedProxies);
      publicUrl.ifPresent(Server::check);
    }

    private static void check(URI url) {
      require("https".equals(url.getScheme()), "it must begin with https://");
      require(url.getHost() != null && url.getUserInfo() == null, "it has no plain host name");
      boolean bare =
          (url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
              && url.getRawQuery() == null
              && url.getRawFragment() == null;
      require(bare, "it must have no path: clients call the root");
    }
  }

  /** An own certificate instead of one that the server makes; both or neither. */
  public record Tls(Optional<Path> certificate, Optional<Path> key) {}

  /**
   * The account that the server serves.
   *
   * @param equivalents numbers that count as ours in the Resource of identity policies, so that
   *     published policies work which carry a foreign or shortened number
   */
  public record Account(String id, List<String> equivalents) {
    private static final int EQUIVALENTS_MAX = 100;

    public Account {
      require(id.matches("[0-9]{12}"), "an account has 12 digits");
      require(
          equivalents.stream().allMatch(number -> number.matches("[0-9]{1,12}")),
          "each must have 1 to 12 digits");
      require(equivalents.size() <= EQUIVALENTS_MAX, "there are at most " + EQUIVALENTS_MAX);
      equivalents = List.copyOf(equivalents);
    }
  }

  /**
   * How calls are decided.
   *
   * @param defaultDocumentCheck whether who starts a session without naming a document must be
   *     allowed the default one
   */
  public record Authorization(DocumentCheck defaultDocumentCheck) {}

  /**
   * Sessions.
   *
   * @param resumeWindow how long a session waits for a client that lost its connection
   * @param historyDays how long ended sessions are listed
   */
  public record Sessions(Duration resumeWindow, int historyDays) {
    private static final Duration RESUME_WINDOW_MAX = Duration.ofHours(12);
    private static final int HISTORY_DAYS_MAX = 3650;

    public Sessions {
      require(
          resumeWindow.isPositive() && resumeWindow.compareTo(RESUME_WINDOW_MAX) <= 0,
          "it must be between 1s and 12h");
      require(
          historyDays >= 1 && historyDays <= HISTORY_DAYS_MAX,
          "it must be between 1 and " + HISTORY_DAYS_MAX);
    }
  }

  /** What the server writes to its standard error. */
  public record Log(LogLevel level, LogFormat format) {}

  /** The least important lines that are written. */
  public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /** How a line of the log looks. */
  public enum LogFormat {
    TEXT,
    JSON
  }

  /**
   * The account's session preferences.
   *
   * @param autocreate whether SSM-SessionManagerRunShell exists from the start
   */
  public record Preferences(boolean autocreate) {}

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
