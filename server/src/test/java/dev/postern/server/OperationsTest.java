package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.service.Operation;
import dev.postern.server.service.Service;
import dev.postern.server.store.MasterKey;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which actions and resources each operation asks for, operation by operation: {@code
 * operations.txt} has one line for each, {@code service Operation | input | proof | action
 * resource, ...}. A new operation without a line fails here, and so does a line without an
 * operation.
 */
final class OperationsTest {
  private static final Caller CALLER =
      new Caller.User("arn:aws:iam::123456789012:user/admin", "AIDAADMIN", "admin", "AKIAADMIN");

  private static final Caller NODE =
      new Caller.NodeKey(
          "arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-0123456789abcdef0",
          "mi-0123456789abcdef0");

  private record Line(String name, String input, String asks) {}

  @TempDir Path directory;
  private final InProcessBus bus = new InProcessBus();
  private Store store;
  private List<Service> services = List.of();

  @BeforeEach
  void open() throws Exception {
    store = new TestStore(directory).open();
    var random = new SecureRandom();
    services =
        Services.of(
            PosternConfig.DEFAULTS,
            store,
            bus,
            new Services.Host(URI.create("https://localhost:8443"), new CountDownLatch(1)),
            MasterKey.read(directory.resolve("master.key"), random),
            random);
  }

  @AfterEach
  void close() {
    bus.close();
    store.close();
  }

  private static List<Line> lines() throws Exception {
    List<Line> lines = new ArrayList<>();
    try (InputStream in = OperationsTest.class.getResourceAsStream("operations.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(" \\| ", 3))
          .forEach(parts -> lines.add(new Line(parts[0], parts[1], parts[2])));
    }
    return lines;
  }

  private Map<String, Operation<?, ?>> operations() {
    Map<String, Operation<?, ?>> operations = new TreeMap<>();
    for (Service service : services) {
      service
          .operations()
          .forEach((name, operation) -> operations.put(service.name() + " " + name, operation));
    }
    return operations;
  }

  @Test
  void everyOperationIsInTheTable() throws Exception {
    Set<String> listed = new TreeSet<>(lines().stream().map(Line::name).toList());

    assertThat(listed).isEqualTo(operations().keySet());
    assertThat(lines()).hasSameSizeAs(listed);
  }

  @TestFactory
  Stream<DynamicTest> asksForWhatTheTableSays() throws Exception {
    Map<String, Line> lines = lines().stream().collect(Collectors.toMap(Line::name, line -> line));
    List<DynamicTest> tests = new ArrayList<>();
    operations()
        .forEach((name, operation) -> {
          Line line = lines.get(name);
          if (line != null) {
            tests.add(
                DynamicTest.dynamicTest(
                    name, () -> assertThat(asks(operation, line.input())).isEqualTo(line.asks())));
          }
        });
    return tests.stream();
  }

  private static <I> String asks(Operation<I, ?> operation, String input) throws Exception {
    Caller caller = operation.proof() == Question.Proof.NODE_KEY ? NODE : CALLER;
    I read = operation.codec().read(Json.readObject(input));
    if (operation.proof() == Question.Proof.WEB_IDENTITY) {
      // It asks about whoever a token names: WebIdentityTest has such tokens.
      assertThatThrownBy(() -> operation.question(read, new Caller.Anonymous()))
          .isInstanceOf(Fault.class);
      return Question.Proof.WEB_IDENTITY + " a token that holds";
    }
    Question question = operation.question(read, caller);
    assertThat(question.credentials()).isEqualTo(operation.proof());
    return question.credentials()
        + " "
        + question.checks().stream()
            .map(check -> check.action() + " " + check.resource())
            .collect(Collectors.joining(", "));
  }
}
