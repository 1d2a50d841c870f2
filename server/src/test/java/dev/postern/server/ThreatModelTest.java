package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What docs/threat-model.md claims can be looked up: every test that it names exists in some
 * module, and every threat has a test or says that it is open.
 */
final class ThreatModelTest {
  private static final Path CHECKOUT = Path.of("..");
  private static final Pattern CITATION = Pattern.compile("`([A-Z]\\w*Test)\\.(\\w+)`");
  private static final Pattern THREAT = Pattern.compile("\\| ([^|]+) \\| ([^|]+) \\|([^|]*)\\|");
  private static final int CITATIONS_MIN = 100;

  @Test
  void everyCitedTestExists() throws Exception {
    Map<String, List<String>> sources = testSources();
    List<MatchResult> citations = CITATION.matcher(document()).results().toList();

    assertThat(citations).hasSizeGreaterThan(CITATIONS_MIN);
    assertThat(citations)
        .filteredOn(citation ->
            sources.getOrDefault(citation.group(1), List.of()).stream()
                .noneMatch(source -> hasTest(source, citation.group(2))))
        .extracting(MatchResult::group)
        .isEmpty();
  }

  @Test
  void everyThreatHasATestOrIsCalledOpen() throws Exception {
    List<MatchResult> threats =
        document()
            .lines()
            .map(THREAT::matcher)
            .filter(row -> row.matches() && !row.group(1).equals("Threat"))
            .map(row -> row.toMatchResult())
            .toList();

    assertThat(threats).isNotEmpty();
    assertThat(threats)
        .filteredOn(
            row -> !row.group(2).contains("**open**") && !CITATION.matcher(row.group(3)).find())
        .extracting(row -> row.group(1))
        .isEmpty();
  }

  private static String document() throws IOException {
    return Files.readString(CHECKOUT.resolve("docs/threat-model.md"));
  }

  /** The texts of all test classes of all modules, by simple name: some names come twice. */
  private static Map<String, List<String>> testSources() throws IOException {
    try (Stream<Path> modules = Files.list(CHECKOUT)) {
      List<Path> roots =
          modules
              .map(module -> module.resolve("src/test/java"))
              .filter(Files::isDirectory)
              .toList();
      Map<String, List<String>> sources = new HashMap<>();
      for (Path root : roots) {
        try (Stream<Path> files = Files.walk(root)) {
          files
              .filter(file -> file.toString().endsWith("Test.java"))
              .collect(Collectors.groupingBy(ThreatModelTest::className))
              .forEach((name, found) ->
                  found.forEach(file ->
                      sources.computeIfAbsent(name, _ -> new ArrayList<>()).add(text(file))));
        }
      }
      return sources;
    }
  }

  private static String className(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** A test, a property or a rule of the architecture; what only helps tests is private. */
  private static boolean hasTest(String source, String name) {
    return Pattern.compile(
            "(?m)^ +((void|boolean) %1$s\\(|static final ArchRule %1$s\\b)".formatted(name))
        .matcher(source)
        .find();
  }
}
