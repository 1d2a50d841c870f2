package dev.postern.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ClassPathTest {
  @Test
  void agentCarriesNeitherNettyNorTheAwsSdkNorDatabind() throws Exception {
    String classPath = Files.readString(Path.of("target", "runtime.classpath"));

    assertThat(classPath).contains("picocli").contains("jackson-core");
    assertThat(classPath)
        .doesNotContain("netty")
        .doesNotContain("software/amazon")
        .doesNotContain("awssdk")
        .doesNotContain("jackson-databind");
  }
}
