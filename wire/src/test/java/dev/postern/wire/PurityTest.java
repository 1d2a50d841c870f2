package dev.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The module decides, it does not act: no sockets, no files, no threads, no clock, no chance. */
class PurityTest {
  private static final List<String> FORBIDDEN_PACKAGES =
      List.of(
          "java/net/",
          "javax/net/",
          "java/nio/channels/",
          "java/nio/file/",
          "java/util/concurrent/");

  private static final Set<String> FORBIDDEN_CLASSES =
      Set.of(
          "java/lang/Thread",
          "java/lang/ProcessBuilder",
          "java/lang/Runtime",
          "java/io/File",
          "java/security/SecureRandom",
          "java/time/Clock",
          "java/util/Random",
          "java/util/Timer");

  private static final Set<String> FORBIDDEN_METHODS =
      Set.of(
          "java/time/Instant.now",
          "java/time/LocalDateTime.now",
          "java/time/ZonedDateTime.now",
          "java/lang/System.currentTimeMillis",
          "java/lang/System.nanoTime",
          "java/lang/System.getenv",
          "java/lang/System.getProperty",
          "java/lang/Math.random",
          "java/util/UUID.randomUUID");

  @Test
  void noClassOfTheModuleUsesInputOutputThreadsTimeOrChance() throws Exception {
    List<String> uses = new ArrayList<>();
    List<Path> classes = classFiles();

    for (Path file : classes) {
      ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
      for (PoolEntry entry : model.constantPool()) {
        String use = forbiddenUse(entry);
        if (use != null) {
          uses.add(file.getFileName() + " uses " + use);
        }
      }
    }

    assertThat(classes).hasSizeGreaterThan(20);
    assertThat(uses).isEmpty();
  }

  private static @Nullable String forbiddenUse(PoolEntry entry) {
    if (entry instanceof ClassEntry used) {
      String name = used.asInternalName();
      return FORBIDDEN_CLASSES.contains(name)
              || FORBIDDEN_PACKAGES.stream().anyMatch(name::startsWith)
          ? name
          : null;
    }
    if (entry instanceof MemberRefEntry used) {
      String name = used.owner().asInternalName() + "." + used.name().stringValue();
      return FORBIDDEN_METHODS.contains(name) ? name : null;
    }
    return null;
  }

  private static List<Path> classFiles() throws IOException, URISyntaxException {
    Path root =
        Path.of(SessionId.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .filter(file -> !file.endsWith("module-info.class"))
          .toList();
    }
  }
}
