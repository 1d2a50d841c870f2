package dev.postern.e2e;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Which programs the suite drives: ours, unless {@code -Dplugin=PATH} or {@code -Dagent=DIR} put
 * official ones in our parts' place.
 */
final class Programs {
  private Programs() {}

  /** The root of the checkout. Surefire runs in the module's folder. */
  static Path checkout() {
    return Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  }

  static String postern() {
    return checkout().resolve("postern").toString();
  }

  /** The official plugin's executable, when the suite shall use it. */
  static Optional<Path> officialPlugin() {
    return path("plugin");
  }

  /** The folder with the official agent's executables, when the suite shall use them. */
  static Optional<Path> officialAgent() {
    return path("agent");
  }

  private static Optional<Path> path(String property) {
    return Optional.ofNullable(System.getProperty(property))
        .filter(text -> !text.isBlank())
        .map(text -> Path.of(text).toAbsolutePath());
  }
}
