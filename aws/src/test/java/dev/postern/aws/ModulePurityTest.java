package dev.postern.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The module's promise, read from what the compiler made of it. */
class ModulePurityTest {
  private static final List<String> FORBIDDEN_TYPES =
      List.of(
          "java/net/Socket",
          "java/net/ServerSocket",
          "java/net/DatagramSocket",
          "java/net/URL",
          "java/net/http/",
          "java/net/InetAddress",
          "java/nio/channels/",
          "javax/net/",
          "java/lang/Thread",
          "java/lang/ProcessBuilder",
          "java/lang/Runtime",
          "java/util/Timer",
          "java/util/concurrent/Executor",
          "java/util/concurrent/ForkJoinPool",
          "java/util/concurrent/CompletableFuture",
          "java/time/Clock");

  private static final Set<String> FORBIDDEN_METHODS =
      Set.of("now", "currentTimeMillis", "nanoTime", "getenv", "system");

  @Test
  void moduleUsesNoSocketThreadProcessOrClock() throws Exception {
    Path classes = Path.of(Fault.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> found = new TreeSet<>();
    int files = 0;
    try (Stream<Path> paths = Files.walk(classes)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".class")).toList()) {
        files++;
        for (String use : forbiddenUses(path)) {
          found.add(classes.relativize(path) + " uses " + use);
        }
      }
    }

    assertThat(files).isGreaterThan(20);
    assertThat(found).isEmpty();
  }

  private static Set<String> forbiddenUses(Path path) throws IOException {
    Set<String> found = new TreeSet<>();
    for (PoolEntry entry : ClassFile.of().parse(path).constantPool()) {
      switch (entry) {
        case ClassEntry type -> {
          String name = type.asInternalName();
          if (FORBIDDEN_TYPES.stream().anyMatch(forbidden -> isOf(name, forbidden))) {
            found.add(name);
          }
        }
        case MemberRefEntry member -> {
          String owner = member.owner().asInternalName();
          String name = member.name().stringValue();
          boolean ofTheJdk = owner.startsWith("java/time/") || owner.equals("java/lang/System");
          if (ofTheJdk && FORBIDDEN_METHODS.contains(name)) {
            found.add(owner + "." + name);
          }
        }
        default -> {}
      }
    }
    return found;
  }

  private static boolean isOf(String name, String forbidden) {
    return (forbidden.endsWith("/") || forbidden.endsWith("Executor"))
        ? name.startsWith(forbidden)
        : name.equals(forbidden);
  }
}
