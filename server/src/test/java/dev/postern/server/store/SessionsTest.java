package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.store.SessionPage.Cursor;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsTest {
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);
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

  private int tokens() throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + test.database());
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from channel_token")) {
      return rows.getInt(1);
    }
  }

  private void insert(SessionRecord session) {
    String _ = store.sessions().insert(session, TOKEN_LIFETIME);
  }

  @Test
  void tokenOfANewSessionOpensItsClientsChannel() {
    String token = store.sessions().insert(session("admin-1", "mi-1"), TOKEN_LIFETIME);

    assertThat(store.tokens().redeem(Tokens.Kind.CLIENT_DATA_CHANNEL, token)).contains("admin-1");
  }

  @Test
  void sessionThatIsNotStoredLeavesNoToken() throws SQLException {
    insert(session("admin-1", "mi-1"));
    int before = tokens();

    assertThatThrownBy(() -> insert(session("admin-1", "mi-2"))).isInstanceOf(StoreException.class);

    assertThat(tokens()).isEqualTo(before).isOne();
  }

  @Test
  void sessionIsFoundAsItWasGiven() throws Exception {
    SessionRecord given = session("admin-1", "mi-1");

    insert(given);
    store.close();
    store = test.open();

    assertThat(store.sessions().find(given.id())).contains(given);
    assertThat(store.sessions().find(new SessionId("admin-2"))).isEmpty();
  }

  @Test
  void sessionWithoutAMaximumIsFoundWithoutOne() {
    SessionRecord given = session("admin-1", "mi-1", SessionLimits.DEFAULT);

    insert(given);

    assertThat(store.sessions().find(given.id())).contains(given);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 61, Integer.MAX_VALUE})
  void idleTimeBeyondItsRangeIsRefused(int minutes) {
    assertThatThrownBy(() -> new SessionLimits(minutes, OptionalInt.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1441, Integer.MAX_VALUE})
  void maximumBeyondItsRangeIsRefused(int minutes) {
    assertThatThrownBy(() -> new SessionLimits(20, OptionalInt.of(minutes)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void endedSessionHasItsEndAndDetails() {
    SessionRecord given = session("admin-1", "mi-1");
    insert(given);
    test.advance(Duration.ofSeconds(5));

    assertThat(update(given, Status.Failed, Optional.of("no shell"))).isTrue();

    SessionRecord ended = store.sessions().find(given.id()).orElseThrow();
    assertThat(ended.status()).isEqualTo(Status.Failed);
    assertThat(ended.endDate()).contains(TestStore.START.plusSeconds(5));
    assertThat(ended.details()).contains("no shell");
  }

  @ParameterizedTest
  @EnumSource(Status.class)
  void endedSessionNeverChanges(Status next) {
    SessionRecord given = session("admin-1", "mi-1");
    insert(given);
    update(given, Status.Terminated, Optional.empty());
    SessionRecord ended = store.sessions().find(given.id()).orElseThrow();

    assertThat(update(given, next, Optional.of("again"))).isFalse();

    assertThat(store.sessions().find(given.id())).contains(ended);
  }

  @Test
  void connectedSessionMayLoseAndFindItsClient() {
    SessionRecord given = session("admin-1", "mi-1");
    insert(given);

    assertThat(update(given, Status.Connected, Optional.empty())).isTrue();
    assertThat(update(given, Status.Disconnected, Optional.empty())).isTrue();
    assertThat(update(given, Status.Connected, Optional.empty())).isTrue();
    assertThat(update(given, Status.Connecting, Optional.empty())).isFalse();
    assertThat(update(given, Status.Terminating, Optional.empty())).isTrue();
    assertThat(update(given, Status.Connected, Optional.empty())).isFalse();
    assertThat(update(given, Status.Terminated, Optional.empty())).isTrue();
  }

  @Test
  void detailsStayWhereNoneAreGiven() {
    SessionRecord given = session("admin-1", "mi-1");
    insert(given);
    update(given, Status.Terminating, Optional.of("idle"));

    update(given, Status.Terminated, Optional.empty());

    assertThat(store.sessions().find(given.id()).orElseThrow().details()).contains("idle");
  }

  @Test
  void unknownSessionIsNotUpdated() {
    assertThat(update(session("admin-9", "mi-1"), Status.Connected, Optional.empty())).isFalse();
  }

  @Test
  void endOfASessionEndsItsTokens() {
    SessionRecord given = session("admin-1", "mi-1");
    insert(given);
    String agent =
        store.tokens().issue(Tokens.Kind.AGENT_DATA_CHANNEL, "admin-1", Duration.ofHours(1));
    String client =
        store.tokens().issue(Tokens.Kind.CLIENT_DATA_CHANNEL, "admin-1", Duration.ofHours(1));

    update(given, Status.Terminated, Optional.empty());

    assertThat(store.tokens().redeem(Tokens.Kind.AGENT_DATA_CHANNEL, agent)).isEmpty();
    assertThat(store.tokens().redeem(Tokens.Kind.CLIENT_DATA_CHANNEL, client)).isEmpty();
  }

  @Test
  void pagesAreNewestFirstWithoutLossOrRepetition() {
    List<String> started = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      String id = "admin-%02d".formatted(i);
      insert(session(id, "mi-1"));
      started.addFirst(id);
      // Three at each instant, so that ids decide too.
      test.advance(Duration.ofMillis(i % 3 == 2 ? 1 : 0));
    }

    List<String> listed = new ArrayList<>();
    Optional<Cursor> cursor = Optional.empty();
    do {
      SessionPage page = store.sessions().page(false, SessionFilter.NONE, cursor, 5);
      page.sessions().forEach(each -> listed.add(each.id().value()));
      // New and ended ones between pages do not disturb those that remain.
      insert(session("new-" + listed.size(), "mi-1"));
      cursor = page.next().map(Cursor::encode).flatMap(Cursor::parse);
    } while (cursor.isPresent());

    assertThat(listed).isEqualTo(started);
  }

  @Test
  void fullLastPageHasNoNext() {
    insert(session("admin-1", "mi-1"));

    assertThat(store.sessions().page(false, SessionFilter.NONE, Optional.empty(), 1).next())
        .isEmpty();
  }

  @Test
  void historyAndLiveSessionsAreApart() {
    insert(session("live", "mi-1"));
    SessionRecord over = session("over", "mi-1");
    insert(over);
    update(over, Status.Terminated, Optional.empty());

    assertThat(ids(false, SessionFilter.NONE)).containsExactly("live");
    assertThat(ids(true, SessionFilter.NONE)).containsExactly("over");
  }

  @Test
  void filtersMustAllHold() {
    insert(session("a", "mi-1"));
    test.advance(Duration.ofSeconds(1));
    insert(session("b", "mi-1"));
    insert(session("c", "mi-2"));
    test.advance(Duration.ofSeconds(1));
    SessionRecord last = session("d", "mi-1");
    insert(last);
    update(last, Status.Connected, Optional.empty());
    Instant second = TestStore.START.plusSeconds(1);

    assertThat(ids(false, filter(Optional.of(second), Optional.empty(), "mi-1", "", "")))
        .containsExactly("d", "b");
    assertThat(ids(false, filter(Optional.empty(), Optional.of(second), "", "", "")))
        .containsExactly("a");
    assertThat(ids(false, filter(Optional.empty(), Optional.empty(), "", "Connected", "")))
        .containsExactly("d");
    assertThat(ids(false, filter(Optional.empty(), Optional.empty(), "", "Terminated", "")))
        .isEmpty();
    assertThat(ids(false, filter(Optional.empty(), Optional.empty(), "", "", "c")))
        .containsExactly("c");
    assertThat(ids(false, filter(Optional.empty(), Optional.empty(), "MI-1", "", ""))).isEmpty();
  }

  @Test
  void historyIsForgottenAfterItsTime() {
    SessionRecord over = session("over", "mi-1");
    insert(over);
    insert(session("live", "mi-1"));
    update(over, Status.Terminated, Optional.empty());

    test.advance(Duration.ofDays(30));
    store.expire();
    assertThat(ids(true, SessionFilter.NONE)).containsExactly("over");

    test.advance(Duration.ofMillis(1));
    store.expire();
    assertThat(ids(true, SessionFilter.NONE)).isEmpty();
    assertThat(ids(false, SessionFilter.NONE)).containsExactly("live");
  }

  @Test
  void historyIsForgottenInBatchesUntilNoneIsLeft() throws Exception {
    int count = Store.EXPIRY_BATCH_MAX + 1;
    try (var many = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        SessionRecord over = session("over-" + i, "mi-1");
        var _ =
            many.submit(() -> {
              insert(over);
              return update(over, Status.Terminated, Optional.empty());
            });
      }
    }
    test.advance(Duration.ofDays(31));
    assertThat(store.sessions().expireHistory(test.now(), Store.EXPIRY_BATCH_MAX))
        .isEqualTo(Store.EXPIRY_BATCH_MAX);
    assertThat(ids(true, SessionFilter.NONE)).hasSize(1);
    insert(session("live", "mi-1"));

    store.expire();

    assertThat(ids(true, SessionFilter.NONE)).isEmpty();
    assertThat(ids(false, SessionFilter.NONE)).containsExactly("live");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "!!!", "MTIz", "YSBi", "MSA", "OTk5OTk5OTk5OTk5OTk5OTk5OTkgYQ"})
  void textThatIsNoCursorIsRefused(String text) {
    assertThat(Cursor.parse(text)).isEmpty();
  }

  private boolean update(SessionRecord session, Status status, Optional<String> details) {
    return store.sessions().update(session.id(), status, Optional.empty(), details);
  }

  private List<String> ids(boolean history, SessionFilter filter) {
    return store.sessions().page(history, filter, Optional.empty(), 50).sessions().stream()
        .map(each -> each.id().value())
        .toList();
  }

  private static SessionFilter filter(
      Optional<Instant> after, Optional<Instant> before, String target, String status, String id) {
    return new SessionFilter(
        after,
        before,
        Optional.of(target).filter(each -> !each.isEmpty()),
        Optional.of("arn:aws:iam::123456789012:user/admin"),
        Optional.of(status).filter(each -> !each.isEmpty()).map(Status::valueOf),
        Optional.of(id).filter(each -> !each.isEmpty()));
  }

  private SessionRecord session(String id, String target) {
    return session(id, target, new SessionLimits(15, OptionalInt.of(60)));
  }

  private SessionRecord session(String id, String target, SessionLimits limits) {
    return new SessionRecord(
        new SessionId(id),
        "arn:aws:iam::123456789012:user/admin",
        "AIDA",
        target,
        "SSM-SessionManagerRunShell",
        "Standard_Stream",
        Optional.of("because"),
        Status.Connecting,
        test.now(),
        Optional.empty(),
        Optional.empty(),
        limits,
        Optional.empty());
  }
}
