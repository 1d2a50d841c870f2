package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the {@code postern} script makes of what was built. */
@Timeout(60)
class LauncherTest {
  private static final String LOADED = "-Xlog:class+load:stderr";
  private static final String FROM_CACHE = " source: shared objects file";

  /** Only {@code mvn package} and what follows makes jars, and a cache is of jars. */
  private static boolean isPackaged() throws IOException {
    Path classPath = Path.of(Programs.postern()).resolveSibling("client/target/runtime.classpath");
    return !Files.readString(classPath).contains("/target/classes");
  }

  @ParameterizedTest
  @CsvSource({
    "'', dev.postern.client.cli.CliMain",
    "server, dev.postern.server.Main",
    "agent, dev.postern.agent.AgentMain"
  })
  void startsFromTheCacheThatTheBuildMade(String program, String main) throws IOException {
    assumeTrue(isPackaged(), "classes were compiled and not packaged");
    List<String> command =
        Stream.of(Programs.postern(), program, "--version")
            .filter(each -> !each.isEmpty())
            .toList();

    Finished version = RunningServer.base().with("JDK_JAVA_OPTIONS", LOADED).run(command);

    assertThat(version.exitCode()).isZero();
    assertThat(version.err() + version.out()).contains(main + FROM_CACHE);
  }
}
