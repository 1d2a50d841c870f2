package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyUsesTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

  @TempDir Path directory;
  private TestStore test;
  private Store store;
  private String key;

  @BeforeEach
  void setUp() throws Exception {
    test = new TestStore(directory);
    store = test.open();
    key = store.accessKeys().ofUser(Store.ADMINISTRATOR).getFirst().accessKeyId();
  }

  @AfterEach
  void tearDown() {
    store.close();
  }

  private static KeyUse use(Instant at, String service) {
    return new KeyUse(at, service, "us-east-1");
  }

  private long written() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + test.database());
        ResultSet row =
            connection.createStatement().executeQuery("select last_used_at from access_key")) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void useIsKnownAtOnceAndWrittenLater() throws Exception {
    store.keyUses().note(key, use(NOON, "ssm"));

    assertThat(store.keyUses().find(key)).hasValue(use(NOON, "ssm"));
    assertThat(written()).isZero();
    store.keyUses().flush();

    assertThat(written()).isEqualTo(NOON.toEpochMilli());
    assertThat(store.keyUses().find(key)).hasValue(use(NOON, "ssm"));
  }

  @Test
  void latestUseCounts() {
    store.keyUses().note(key, use(NOON, "ssm"));
    store.keyUses().note(key, use(NOON.minusSeconds(1), "iam"));
    store.keyUses().flush();
    store.keyUses().note(key, use(NOON.plusSeconds(1), "sts"));

    assertThat(store.keyUses().find(key)).hasValue(use(NOON.plusSeconds(1), "sts"));
  }

  @Test
  void useIsRememberedAfterARestart() throws Exception {
    store.keyUses().note(key, use(NOON, "ssm"));
    store.close();
    store = test.open();

    assertThat(store.keyUses().find(key)).hasValue(use(NOON, "ssm"));
  }

  @Test
  void keyThatIsGoneIsForgotten() {
    store.keyUses().note("AKIAGONE", use(NOON, "ssm"));
    store.keyUses().flush();

    assertThat(store.keyUses().find("AKIAGONE")).isEmpty();
  }

  @Test
  void latestUseOfItsSessionsIsTheRoles() {
    assertThat(lastUseOfRole()).isEmpty();
    store.keyUses().noteRole(Store.NODE_ROLE, use(NOON, "ssm"));
    store.keyUses().flush();
    store
        .keyUses()
        .noteRole(Store.NODE_ROLE.toUpperCase(Locale.ROOT), use(NOON.minusSeconds(1), "iam"));
    store.keyUses().flush();

    assertThat(lastUseOfRole()).contains(new AccountDetails.LastUse(NOON, "us-east-1"));
  }

  private Optional<AccountDetails.LastUse> lastUseOfRole() {
    return store.roles().find(Store.NODE_ROLE).orElseThrow().lastUse();
  }

  /** Thousands of nodes use one role, each with a key of its own. */
  @Test
  void usesOfRolesTakeNoPlaceFromThoseOfKeys() {
    for (int i = 0; i < KeyUses.PENDING_MAX; i++) {
      store.keyUses().noteRole(Store.NODE_ROLE, use(NOON.plusSeconds(i), "ssm"));
    }

    store.keyUses().note(key, use(NOON, "ssm"));

    assertThat(store.keyUses().find(key)).hasValue(use(NOON, "ssm"));
  }

  @Test
  void usesOfBoundedManyKeysAreKept() {
    for (int i = 0; i < KeyUses.PENDING_MAX; i++) {
      store.keyUses().note("AKIA" + i, use(NOON, "ssm"));
    }
    store.keyUses().note(key, use(NOON, "ssm"));
    store.keyUses().note("AKIA1", use(NOON.plusSeconds(1), "ssm"));

    assertThat(store.keyUses().find(key)).isEmpty();
    assertThat(store.keyUses().find("AKIA1")).hasValue(use(NOON.plusSeconds(1), "ssm"));
  }
}
