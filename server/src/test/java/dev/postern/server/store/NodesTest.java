package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.NodeRecord.Ping;
import dev.postern.server.store.Nodes.Existing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodesTest {
  private static final Ping PING =
      new Ping(
          TestStore.START,
          "postern-agent",
          "1.0.0.0",
          "Active",
          "web",
          "10.0.0.1",
          "Debian",
          "Linux",
          "12",
          "ssmmessages");

  @TempDir Path directory;
  private TestStore test;
  private Store store;

  @BeforeEach
  void setUp() throws Exception {
    test = new TestStore(directory);
    store = test.open();
  }

  @AfterEach
  void tearDown() {
    store.close();
  }

  @Test
  void registeredNodeIsFoundAsItWasGiven() throws Exception {
    store.activations().insert(activation("a", 1));
    NodeRecord node = node("mi-1", "a");

    Registration outcome = store.nodes().register(node, Existing.KEEP);

    assertThat(outcome).isEqualTo(Registration.REGISTERED);
    assertThat(store.nodes().find("mi-1")).contains(node);
    assertThat(store.activations().find("a").orElseThrow().registrationsCount()).isOne();
    store.close();
    store = test.open();
    assertThat(store.nodes().find("mi-1")).contains(node);
  }

  @Test
  void usedUpActivationRegistersNothing() {
    store.activations().insert(activation("a", 1));
    store.nodes().register(node("mi-1", "a"), Existing.KEEP);

    assertThat(store.nodes().register(node("mi-2", "a"), Existing.KEEP))
        .isEqualTo(Registration.ACTIVATION_USED_UP);
    assertThat(store.nodes().find("mi-2")).isEmpty();
  }

  @Test
  void manyAtOnceNeverExceedTheLimit() throws Exception {
    store.activations().insert(activation("a", 7));

    List<Future<Registration>> outcomes;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      outcomes =
          threads.invokeAll(
              IntStream.range(0, 50)
                  .mapToObj(each ->
                      (Callable<Registration>)
                          () -> store.nodes().register(node("mi-" + each, "a"), Existing.KEEP))
                  .toList());
    }

    assertThat(outcomes.stream().filter(each -> each.resultNow() == Registration.REGISTERED))
        .hasSize(7);
    assertThat(store.nodes().all()).hasSize(7);
  }

  @Test
  void expiredAndUnknownActivationsRegisterNothing() {
    store.activations().insert(activation("a", 1));
    test.advance(Duration.ofDays(1));

    assertThat(store.nodes().register(node("mi-1", "a"), Existing.KEEP))
        .isEqualTo(Registration.ACTIVATION_EXPIRED);
    assertThat(store.nodes().register(node("mi-1", "b"), Existing.KEEP))
        .isEqualTo(Registration.ACTIVATION_UNKNOWN);
    assertThat(store.nodes().all()).isEmpty();
  }

  @Test
  void existingNodeIsKeptUnlessItMayBeReplaced() {
    store.activations().insert(activation("a", 3));
    store.nodes().register(node("i-1", "a"), Existing.KEEP);
    NodeRecord again = withKey(node("i-1", "a"), "other");

    assertThat(store.nodes().register(again, Existing.KEEP))
        .isEqualTo(Registration.INSTANCE_EXISTS);
    assertThat(store.nodes().find("i-1").orElseThrow().publicKey()).isEqualTo("key");
    assertThat(store.activations().find("a").orElseThrow().registrationsCount()).isOne();

    assertThat(store.nodes().register(again, Existing.REPLACE)).isEqualTo(Registration.REGISTERED);
    assertThat(store.nodes().find("i-1")).contains(again);
  }

  @Test
  void pagesFollowTheOrderOfIds() {
    store.activations().insert(activation("a", 10));
    for (int i = 9; i >= 1; i--) {
      store.nodes().register(node("mi-" + i, "a"), Existing.KEEP);
    }

    List<String> ids = new ArrayList<>();
    List<NodeRecord> page = store.nodes().list(Optional.empty(), 4);
    while (!page.isEmpty()) {
      page.forEach(each -> ids.add(each.instanceId()));
      page = store.nodes().list(Optional.of(page.getLast().instanceId()), 4);
    }

    assertThat(ids)
        .containsExactly("mi-1", "mi-2", "mi-3", "mi-4", "mi-5", "mi-6", "mi-7", "mi-8", "mi-9");
  }

  @Test
  void pingIsKept() {
    store.activations().insert(activation("a", 1));
    store.nodes().register(node("mi-1", "a"), Existing.KEEP);

    assertThat(store.nodes().ping("mi-1", PING)).isTrue();
    assertThat(store.nodes().ping("mi-2", PING)).isFalse();
    assertThat(store.nodes().find("mi-1").orElseThrow().lastPing()).contains(PING);
  }

  @Test
  void keyIsReplacedByWhoNamesTheOldOne() {
    store.activations().insert(activation("a", 1));
    store.nodes().register(node("mi-1", "a"), Existing.KEEP);

    assertThat(store.nodes().replaceKey("mi-1", "wrong", "new")).isFalse();
    assertThat(store.nodes().replaceKey("mi-1", "key", "new")).isTrue();
    assertThat(store.nodes().find("mi-1").orElseThrow().publicKey()).isEqualTo("new");
  }

  @Test
  void removedNodeLosesItsCredentialsAndTokens() {
    store.activations().insert(activation("a", 1));
    store.nodes().register(node("mi-1", "a"), Existing.KEEP);
    IssuedKey key =
        store
            .accessKeys()
            .issue(
                new AccessKeyRecord.Principal.RoleSession(
                    Store.NODE_ROLE, "mi-1", Optional.of("mi-1")),
                Duration.ofHours(1));
    String token = store.tokens().issue(Tokens.Kind.CONTROL_CHANNEL, "mi-1", Duration.ofMinutes(5));

    assertThat(store.nodes().remove("mi-1")).isTrue();

    assertThat(store.nodes().remove("mi-1")).isFalse();
    assertThat(store.accessKeys().find(key.accessKeyId())).isEmpty();
    assertThat(store.tokens().redeem(Tokens.Kind.CONTROL_CHANNEL, token)).isEmpty();
  }

  @Test
  void activationsAreListedNewestFirst() {
    for (int i = 0; i < 5; i++) {
      store.activations().insert(activation("a" + i, 1));
      // Two at the same instant, so that ids decide.
      test.advance(Duration.ofMillis(i % 2));
    }

    List<ActivationRecord> first = store.activations().list(Optional.empty(), 3);
    List<ActivationRecord> second =
        store.activations().list(Optional.of(first.getLast().activationId()), 3);

    assertThat(first).extracting(ActivationRecord::activationId).containsExactly("a4", "a3", "a2");
    assertThat(second).extracting(ActivationRecord::activationId).containsExactly("a1", "a0");
  }

  @Test
  void activationKeepsEveryMember() {
    ActivationRecord given = activation("a", 5);
    store.activations().insert(given);

    ActivationRecord found = store.activations().find("a").orElseThrow();

    assertThat(found).usingRecursiveComparison().isEqualTo(given);
    assertThat(found.tags().keySet()).containsExactly("z", "a \"quoted\" key");
    assertThat(store.activations().delete("a")).isTrue();
    assertThat(store.activations().delete("a")).isFalse();
  }

  @Test
  void tagsOfAllNodesAreChangedOrOfNone() {
    store.activations().insert(activation("a", 5));
    store.nodes().register(node("i-1", "a"), Existing.KEEP);
    store.nodes().register(node("i-2", "a"), Existing.KEEP);

    assertThat(store.nodes().changeTags(List.of("i-1", "i-8", "i-9"), 50, _ -> Map.of("k", "v")))
        .isEqualTo(new TagChange.Unknown(List.of("i-8", "i-9")));
    assertThat(
            store
                .nodes()
                .changeTags(List.of("i-1", "i-2"), 1, before -> Map.of("team", "y", "more", "z")))
        .isEqualTo(new TagChange.TooMany("i-1"));
    assertThat(store.nodes().tags("i-1")).isEqualTo(Map.of("team", "x"));

    assertThat(store.nodes().changeTags(List.of("i-1", "i-2"), 1, _ -> Map.of("k", "v")))
        .isEqualTo(new TagChange.Done());
    assertThat(store.nodes().tags("i-1")).isEqualTo(Map.of("k", "v"));
    assertThat(store.nodes().find("i-2").orElseThrow().tags()).isEqualTo(Map.of("k", "v"));
    assertThat(store.nodes().tags("i-9")).isEmpty();
  }

  @Test
  void tagsGivenAtTheSameTimeAreAllKept() throws Exception {
    store.activations().insert(activation("a", 5));
    store.nodes().register(node("i-1", "a"), Existing.KEEP);

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.invokeAll(
          IntStream.range(0, 40)
              .mapToObj(each ->
                  (Callable<TagChange>)
                      () ->
                          store
                              .nodes()
                              .changeTags(
                                  List.of("i-1"),
                                  50,
                                  before -> {
                                    var after = new LinkedHashMap<>(before);
                                    after.put("k" + each, "v");
                                    return after;
                                  }))
              .toList());
    }

    assertThat(store.nodes().tags("i-1")).hasSize(41);
  }

  private ActivationRecord activation(String id, int limit) {
    return new ActivationRecord(
        id,
        new byte[] {1, 2, (byte) 0xff},
        Optional.of("description"),
        Optional.empty(),
        "SSMServiceRole",
        limit,
        0,
        test.now().plus(Duration.ofHours(24)),
        test.now(),
        orderedTags(),
        Optional.of("i-1"));
  }

  private static Map<String, String> orderedTags() {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("z", "last");
    tags.put("a \"quoted\" key", "ü\n\\");
    return tags;
  }

  private static NodeRecord node(String id, String activation) {
    return new NodeRecord(
        id,
        activation,
        "key",
        "fingerprint",
        Optional.of("web-1"),
        "SSMServiceRole",
        TestStore.START,
        Map.of("team", "x"),
        Optional.empty());
  }

  private static NodeRecord withKey(NodeRecord node, String key) {
    return new NodeRecord(
        node.instanceId(),
        node.activationId(),
        key,
        node.fingerprint(),
        node.name(),
        node.iamRole(),
        node.registrationDate(),
        node.tags(),
        node.lastPing());
  }
}
