package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.store.AccessKeyRecord.Principal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessKeysTest {
  private static final Principal.RoleSession SESSION =
      new Principal.RoleSession(Store.NODE_ROLE, "mi-1", Optional.of("mi-1"));

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
  void temporaryKeyIsFoundWithItsSessionAfterARestart() throws Exception {
    IssuedKey issued = store.accessKeys().issue(SESSION, Duration.ofHours(1));
    store.close();
    store = test.open();

    AccessKeyRecord found = store.accessKeys().find(issued.accessKeyId()).orElseThrow();

    assertThat(issued.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
    assertThat(found.secret()).isEqualTo(issued.secretAccessKey());
    assertThat(found.principal()).isEqualTo(SESSION);
    assertThat(found.expiration()).contains(issued.expiration());
    assertThat(found.active()).isTrue();
    assertThat(found.acceptsSessionToken(Optional.of(issued.sessionToken()))).isTrue();
  }

  @Test
  void otherSessionTokenIsNotAccepted() {
    IssuedKey issued = store.accessKeys().issue(SESSION, Duration.ofHours(1));
    IssuedKey other = store.accessKeys().issue(SESSION, Duration.ofHours(1));
    AccessKeyRecord temporary = store.accessKeys().find(issued.accessKeyId()).orElseThrow();
    AccessKeyRecord longTerm = store.accessKeys().ofUser("admin").getFirst();

    assertThat(temporary.acceptsSessionToken(Optional.of(other.sessionToken()))).isFalse();
    assertThat(temporary.acceptsSessionToken(Optional.of(""))).isFalse();
    assertThat(temporary.acceptsSessionToken(Optional.empty())).isFalse();
    assertThat(longTerm.acceptsSessionToken(Optional.of("x"))).isFalse();
    assertThat(longTerm.acceptsSessionToken(Optional.empty())).isTrue();
  }

  @Test
  void expiredKeyIsKnownForADayAndThenForgotten() {
    IssuedKey issued = store.accessKeys().issue(SESSION, Duration.ofHours(1));

    test.advance(Duration.ofHours(24));
    store.expire();
    assertThat(store.accessKeys().find(issued.accessKeyId())).isPresent();

    test.advance(Duration.ofHours(2));
    store.expire();
    assertThat(store.accessKeys().find(issued.accessKeyId())).isEmpty();
    assertThat(store.accessKeys().ofUser("admin")).hasSize(1);
  }

  @Test
  void keyOfAnUnknownRoleIsNotIssued() {
    Principal.RoleSession unknown =
        new Principal.RoleSession("nobody", "session", Optional.empty());

    assertThatThrownBy(() -> store.accessKeys().issue(unknown, Duration.ofHours(1)))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void sealedSecretOpensInItsOwnRowOnly() throws Exception {
    IssuedKey first = store.accessKeys().issue(SESSION, Duration.ofHours(1));
    IssuedKey second = store.accessKeys().issue(SESSION, Duration.ofHours(1));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + test.database());
        Statement statement = connection.createStatement()) {
      statement.execute(
          "update access_key set secret = (select secret from access_key where access_key_id = '"
              + first.accessKeyId()
              + "') where access_key_id = '"
              + second.accessKeyId()
              + "'");
    }

    assertThatThrownBy(() -> store.accessKeys().find(second.accessKeyId()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("damaged");
    assertThat(store.accessKeys().find(first.accessKeyId())).isPresent();
  }

  @Test
  void nothingThatPrintsAKeyTellsItsSecret() {
    IssuedKey issued = store.accessKeys().issue(SESSION, Duration.ofHours(1));
    AccessKeyRecord found = store.accessKeys().find(issued.accessKeyId()).orElseThrow();

    assertThat(issued.toString() + found)
        .doesNotContain(issued.secretAccessKey())
        .doesNotContain(issued.sessionToken());
  }

  @Test
  void documentIsFoundByEachNameOfItsVersion() {
    DocumentRecord byDefault =
        store.documents().find(Store.PREFERENCES_DOCUMENT, "$DEFAULT").orElseThrow();

    assertThat(byDefault.type()).isEqualTo("Session");
    assertThat(byDefault.content())
        .contains("\"idleSessionTimeout\": \"20\"")
        .contains("Document to hold regional settings for Session Manager");
    assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "$LATEST")).contains(byDefault);
    assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "1")).contains(byDefault);
    assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "2")).isEmpty();
    assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "latest")).isEmpty();
    assertThat(store.documents().find("Other", "$DEFAULT")).isEmpty();
  }
}
