package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the {@code postern} script makes of what was built. */
@Timeout(60)
class LauncherTest {
  private static final String LOADED = "-Xlog:class+load:stderr";
  private static final String FROM_CACHE =
      "dev.postern.client.cli.CliMain source: shared objects file";

  /** Only {@code mvn package} and what follows makes jars, and a cache is of jars. */
  private static boolean isPackaged() throws IOException {
    Path classPath = Path.of(Programs.postern()).resolveSibling("client/target/runtime.classpath");
    return !Files.readString(classPath).contains("/target/classes");
  }

  private static Finished version() {
    return RunningServer.base()
        .with("JDK_JAVA_OPTIONS", LOADED)
        .run(List.of(Programs.postern(), "--version"));
  }

  @Test
  void startsFromTheCacheThatTheBuildMade() throws IOException {
    assumeTrue(isPackaged(), "classes were compiled and not packaged");

    Finished version = version();

    assertThat(version.exitCode()).isZero();
    assertThat(version.err() + version.out()).contains(FROM_CACHE);
  }
}
