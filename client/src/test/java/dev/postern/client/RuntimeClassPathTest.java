package dev.postern.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RuntimeClassPathTest {
  @Test
  void neitherNettyNorTheAwsSdkNorDatabindIsNeededToRun() throws Exception {
    String classPath = Files.readString(Path.of("target/runtime.classpath"));

    assertThat(classPath).contains("jackson-core");
    assertThat(classPath.replace('/', '.'))
        .doesNotContain("io.netty", "software.amazon", "awssdk", "jackson-databind");
  }
}
