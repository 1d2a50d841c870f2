package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.Tokens.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path directory;
  private TestStore test;
  private Store store;
  private Tokens tokens;

  @BeforeEach
  void setUp() throws Exception {
    test = new TestStore(directory);
    store = test.open();
    tokens = store.tokens();
  }

  @AfterEach
  void tearDown() {
    store.close();
  }

  @Test
  void tokenIsRedeemedOnce() {
    String token = tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR);

    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, token)).contains("mi-1");
    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, token)).isEmpty();
  }

  @Test
  void tokenIsRedeemedOnceByManyAtOnce() throws Exception {
    String token = tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR);

    List<Future<Optional<String>>> outcomes;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      outcomes =
          threads.invokeAll(
              IntStream.range(0, 32)
                  .mapToObj(each ->
                      (Callable<Optional<String>>) () -> tokens.redeem(Kind.CONTROL_CHANNEL, token))
                  .toList());
    }

    assertThat(outcomes.stream().filter(each -> each.resultNow().isPresent())).hasSize(1);
  }

  @Test
  void tokenThatMayBeUsedAgainEndsAllOthersOfItsSubject() {
    String one = tokens.issue(Kind.CLIENT_RESUME, "admin-1", HOUR);
    String two = tokens.issue(Kind.CLIENT_RESUME, "admin-1", HOUR);
    String others = tokens.issue(Kind.CLIENT_RESUME, "admin-2", HOUR);

    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-2", one)).isFalse();
    assertThat(tokens.use(Kind.CLIENT_DATA_CHANNEL, "admin-1", one)).isFalse();
    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-1", one)).isTrue();

    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-1", two)).isFalse();
    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-1", one)).isTrue();
    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-2", others)).isTrue();
    test.advance(HOUR);
    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-1", one)).isFalse();
  }

  @Test
  void tokenInThePlaceOfOthersEndsThem() {
    String first = tokens.issue(Kind.CLIENT_DATA_CHANNEL, "admin-1", HOUR);
    String resume = tokens.issue(Kind.CLIENT_RESUME, "admin-1", HOUR);
    String agents = tokens.issue(Kind.AGENT_DATA_CHANNEL, "admin-1", HOUR);

    String instead = tokens.issueInstead("admin-1", HOUR);

    assertThat(tokens.redeem(Kind.CLIENT_DATA_CHANNEL, first)).isEmpty();
    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-1", resume)).isFalse();
    assertThat(tokens.redeem(Kind.AGENT_DATA_CHANNEL, agents)).isPresent();
    assertThat(tokens.redeem(Kind.CLIENT_DATA_CHANNEL, instead)).contains("admin-1");
  }

  @Test
  void allTokensOfASessionEndTogether() {
    String first = tokens.issue(Kind.CLIENT_DATA_CHANNEL, "admin-1", HOUR);
    String resume = tokens.issue(Kind.CLIENT_RESUME, "admin-1", HOUR);
    String agents = tokens.issue(Kind.AGENT_DATA_CHANNEL, "admin-1", HOUR);

    String others = tokens.issue(Kind.CLIENT_DATA_CHANNEL, "admin-2", HOUR);

    tokens.discardOfSession("admin-1");

    assertThat(tokens.redeem(Kind.CLIENT_DATA_CHANNEL, first)).isEmpty();
    assertThat(tokens.use(Kind.CLIENT_RESUME, "admin-1", resume)).isFalse();
    assertThat(tokens.redeem(Kind.AGENT_DATA_CHANNEL, agents)).isEmpty();
    assertThat(tokens.redeem(Kind.CLIENT_DATA_CHANNEL, others)).isPresent();
  }

  @Test
  void tokenOpensItsOwnKindOnly() {
    String token = tokens.issue(Kind.AGENT_DATA_CHANNEL, "admin-1", HOUR);

    assertThat(tokens.redeem(Kind.CLIENT_DATA_CHANNEL, token)).isEmpty();
    assertThat(tokens.redeem(Kind.AGENT_DATA_CHANNEL, token)).contains("admin-1");
  }

  @Test
  void tokenSurvivesARestart() throws Exception {
    String token = tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR);
    store.close();
    store = test.open();

    assertThat(store.tokens().redeem(Kind.CONTROL_CHANNEL, token)).contains("mi-1");
  }

  @Test
  void expiredTokenOpensNothing() {
    String token = tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR);
    test.advance(HOUR);

    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, token)).isEmpty();
  }

  @Test
  void discardEndsAllOfASubject() {
    String first = tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR);
    String second = tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR);
    String other = tokens.issue(Kind.CONTROL_CHANNEL, "mi-2", HOUR);

    tokens.discard(Kind.CONTROL_CHANNEL, "mi-1");

    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, first)).isEmpty();
    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, second)).isEmpty();
    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, other)).contains("mi-2");
  }

  @Test
  void expiryForgetsOnlyWhatIsOver() {
    // More than one transaction forgets.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1100; i++) {
        threads.execute(() -> tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR));
      }
    }
    String late = tokens.issue(Kind.CONTROL_CHANNEL, "mi-2", HOUR.multipliedBy(2));
    test.advance(HOUR.plusSeconds(1));

    store.expire();

    assertThat(tokens.purge(test.now(), 1)).isZero();
    assertThat(tokens.redeem(Kind.CONTROL_CHANNEL, late)).contains("mi-2");
  }

  @Test
  void tokensAreUrlSafeAndDiffer() {
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      all.add(tokens.issue(Kind.CONTROL_CHANNEL, "mi-1", HOUR));
    }

    assertThat(all).hasSize(20).allMatch(each -> each.matches("[A-Za-z0-9_-]{43}"));
  }
}
