package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  @TempDir Path directory;
  private TestStore test;

  @BeforeEach
  void setUp() {
    test = new TestStore(directory);
  }

  @Test
  void firstStartMakesTheAdministratorTheNodeRoleAndThePreferences() throws Exception {
    try (Store store = test.open()) {
      Grants.Granted admin = store.grants().ofUser("Admin").orElseThrow();
      TrustedRole role = store.roleTrusts().find("ssmservicerole").orElseThrow();
      List<AccessKeyRecord> keys = store.accessKeys().ofUser("admin");

      assertThat(admin.name()).isEqualTo("admin");
      assertThat(admin.id()).matches("AIDA[A-Z2-7]{17}");
      assertThat(store.principalPolicies().attached(IamEntity.USER, "admin"))
          .containsExactly("arn:aws:iam::aws:policy/AdministratorAccess");
      assertThat(role.roleId()).matches("AROA[A-Z2-7]{17}");
      assertThat(role.trustPolicy()).contains("\"Service\":\"ssm.amazonaws.com\"");
      assertThat(store.principalPolicies().attached(IamEntity.ROLE, role.name()))
          .containsExactly("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore");
      assertThat(keys).hasSize(1);
      assertThat(keys.getFirst().accessKeyId()).matches("AKIA[A-Z2-7]{16}");
      assertThat(keys.getFirst().secret()).matches("[A-Za-z0-9+/]{40}");
      assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "$DEFAULT")).isPresent();
    }
  }

  @Test
  void secondStartFindsWhatTheFirstMade() throws Exception {
    String keyId;
    String secret;
    try (Store store = test.open()) {
      AccessKeyRecord key = store.accessKeys().ofUser("admin").getFirst();
      keyId = key.accessKeyId();
      secret = key.secret();
    }

    try (Store store = test.open()) {
      assertThat(store.accessKeys().ofUser("admin")).hasSize(1);
      assertThat(store.accessKeys().find(keyId).orElseThrow().secret()).isEqualTo(secret);
    }
  }

  @Test
  void databaseIsReadableByItsOwnerOnly() throws Exception {
    try (Store store = test.open()) {
      store.audit().append("{}");

      for (String name : List.of("postern.db", "postern.db-wal", "postern.db-shm")) {
        assertThat(Files.getPosixFilePermissions(directory.resolve(name)))
            .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      }
    }
  }

  @Test
  void newerSchemaIsRefused() throws Exception {
    test.open().close();
    sql(
        "insert into schema_history (installed_rank, version, description, type, script,"
            + " checksum, installed_by, execution_time, success)"
            + " values (99, '999', 'later', 'SQL', 'V999__later.sql', 1, 'x', 1, 1)");

    assertThatThrownBy(() -> test.open())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("newer Postern (schema version 999)");
  }

  @Test
  void otherMasterKeyIsRefused() throws Exception {
    test.open().close();
    MasterKey other = MasterKey.create(directory.resolve("other.key"), TestStore.RANDOM);

    assertThatThrownBy(() -> Store.open(test.options(other, true)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the master key is not the one that this database was made with");
  }

  @Test
  void fileThatIsNoDatabaseIsRefusedInOneLine() throws Exception {
    Files.writeString(test.database(), "this is a text and no database, longer than a header\n");

    assertThatThrownBy(() -> test.open())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(test.database().toString())
        .hasMessageNotContaining("\n");
  }

  @Test
  void secretsAreNotInTheFile() throws Exception {
    String secret;
    String token;
    try (Store store = test.open()) {
      secret = store.accessKeys().ofUser("admin").getFirst().secret();
      token = store.tokens().issue(Tokens.Kind.CONTROL_CHANNEL, "mi-1", Duration.ZERO);
    }

    byte[] file = Files.readAllBytes(test.database());
    String text = new String(file, StandardCharsets.ISO_8859_1);
    assertThat(text).contains("AIDA").doesNotContain(secret).doesNotContain(token);
  }

  @Test
  void preferencesAreNotMadeWhenSwitchedOff() throws Exception {
    MasterKey key = MasterKey.create(directory.resolve("k"), TestStore.RANDOM);

    try (Store store = Store.open(test.options(key, false))) {
      assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "$DEFAULT")).isEmpty();
    }
    try (Store store = Store.open(test.options(key, true))) {
      assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "1")).isPresent();
    }
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + test.database());
        Statement run = connection.createStatement()) {
      run.execute(statement);
    }
  }
}
