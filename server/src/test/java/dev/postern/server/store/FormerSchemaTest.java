package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.SessionId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that the first version wrote goes on with everything that was in it. */
final class FormerSchemaTest {
  private static final long CREATED = 1_760_000_000_000L;

  @TempDir Path directory;
  private TestStore test;
  private StoreOptions options;

  @BeforeEach
  void writeAsTheFirstVersionDid() throws Exception {
    test = new TestStore(directory);
    options = test.options();
    String url = "jdbc:sqlite:" + test.database();
    Flyway.configure(getClass().getClassLoader())
        .dataSource(url, null, null)
        .locations("classpath:db/migration")
        .table("schema_history")
        .target("1")
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url)) {
      insert(
          connection,
          "insert into store_property values (?, ?)",
          "master key check",
          seal("postern", "master key check"));
      insert(connection, "insert into iam_user values ('ops','Ops','/','AIDAOPS',?)", CREATED);
      insert(
          connection,
          "insert into user_policy values ('ops','arn:aws:iam::aws:policy/AdministratorAccess')");
      insert(
          connection,
          "insert into access_key values ('AKIAOPS',?,'Active','ops',null,null,null,null,null,?)",
          seal("secret", "access key AKIAOPS"),
          CREATED);
      insert(
          connection,
          "insert into iam_role values ('nodes','Nodes','/','AROANODES','{}',null,3600,?)",
          CREATED);
      insert(
          connection,
          "insert into access_key values"
              + " ('ASIANODE',?,'Active',null,'nodes','mi-1','mi-1',?,?,?)",
          seal("temporary", "access key ASIANODE"),
          Hashes.hex("token"),
          TestStore.START.plus(Duration.ofHours(1)).toEpochMilli(),
          CREATED);
      insert(
          connection,
          "insert into node (instance_id, activation_id, public_key, fingerprint, iam_role,"
              + " registered_at, tags) values ('mi-1','a','key','f','Nodes',?,'{\"k\":\"v\"}')",
          CREATED);
      insert(
          connection,
          "insert into session values ('Ops-0123456789abcdef0','arn:aws:iam::123456789012:user/Ops',"
              + "'AIDAOPS','mi-1','d','Standard_Stream',null,'Connected',?,null,null,null)",
          CREATED);
      insert(
          connection,
          "insert into document values ('SSM-SessionManagerRunShell','Session',1,1,?)",
          CREATED);
      insert(
          connection,
          "insert into document_version values ('SSM-SessionManagerRunShell',1,'JSON','{}',?)",
          CREATED);
    }
  }

  private byte[] seal(String text, String context) {
    return options.masterKey().seal(text.getBytes(StandardCharsets.UTF_8), context);
  }

  private static void insert(Connection connection, String sql, Object... values) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  @Test
  void usersKeysNodesAndSessionsAreThere() {
    try (Store store = Store.open(options)) {
      AccessKeyRecord key = store.accessKeys().find("AKIAOPS").orElseThrow();
      assertThat(key.secret()).isEqualTo("secret");
      assertThat(key.principal()).isEqualTo(new AccessKeyRecord.Principal.User("Ops"));
      assertThat(store.principalPolicies().attached(IamEntity.USER, "Ops"))
          .containsExactly("arn:aws:iam::aws:policy/AdministratorAccess");
      AccessKeyRecord node = store.accessKeys().find("ASIANODE").orElseThrow();
      assertThat(node.acceptsSessionToken(Optional.of("token"))).isTrue();
      assertThat(node.context()).isEqualTo(SessionContext.NONE);
      assertThat(store.roles().find("Nodes")).isPresent();
      assertThat(store.nodes().find("mi-1")).isPresent();
      assertThat(store.nodes().tags("mi-1")).containsEntry("k", "v");
      SessionRecord session =
          store.sessions().find(new SessionId("Ops-0123456789abcdef0")).orElseThrow();
      assertThat(session.owner()).as("nobody asked about its right then").isEmpty();
      assertThat(session.limits())
          .as("nobody looked at them then")
          .isEqualTo(SessionLimits.DEFAULT);
    }
  }

  @Test
  void documentsAreThereAndTakeNewVersions() {
    try (Store store = Store.open(options)) {
      DocumentRecord found =
          store.documents().find(Store.PREFERENCES_DOCUMENT, "$LATEST").orElseThrow();
      assertThat(found.content()).isEqualTo("{}");
      assertThat(found.labels().description()).isPresent();
      var changed =
          new Documents.NewDocument(
              found.name(), found.type(), found.labels(), "{\"new\": 1}", Map.of());
      assertThat(store.documents().addVersion(changed, 1, TestStore.START).version()).isEqualTo(2);
    }
  }

  @Test
  void nothingThatAFreshStartMakesIsAdded() {
    try (Store store = Store.open(options)) {
      assertThat(store.grants().ofUser(Store.ADMINISTRATOR)).isEmpty();
      assertThat(store.grants().ofRole(Store.NODE_ROLE)).isEmpty();
    }
  }
}
