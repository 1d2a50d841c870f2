package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.MasterKey;
import dev.postern.server.store.Store;
import dev.postern.server.store.StoreOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class MaintenanceTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path temporary;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();
  private Path data;
  private AccessKeyRecord before;

  @BeforeEach
  void start() {
    data = temporary.resolve("data");
    before = administratorKey();
  }

  private AccessKeyRecord administratorKey() {
    try (DataDirectory directory = DataDirectory.open(data);
        Store store = open(directory)) {
      return store.accessKeys().ofUser(Store.ADMINISTRATOR).getFirst();
    }
  }

  private Store open(DataDirectory directory) {
    return Store.open(
        new StoreOptions(
            directory.database(),
            directory.masterKey(environment, RANDOM),
            InstantSource.system(),
            RANDOM,
            true,
            Duration.ofDays(30)));
  }

  private int run(String command) {
    return Main.run(
        new String[] {command, "--data", data.toString()},
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        _ -> {});
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void sql(String statement) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("postern.db"));
        var each = connection.createStatement()) {
      each.executeUpdate(statement);
    }
  }

  @Test
  void rotationKeepsEverySecretUnderAnotherKey() throws Exception {
    String old = Files.readString(data.resolve("master.key"));

    assertThat(run("rotate-master-key")).isZero();

    assertThat(errors()).isEmpty();
    assertThat(Files.readString(data.resolve("master.key"))).isNotEqualTo(old);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("master.key"))))
        .isEqualTo("rw-------");
    assertThat(data.resolve("master.key.new")).doesNotExist();
    assertThat(administratorKey()).isEqualTo(before);
  }

  @Test
  void oldKeyOpensNothingAnymore() throws Exception {
    String old = Files.readString(data.resolve("master.key"));
    run("rotate-master-key");
    environment.put("POSTERN_MASTER_KEY", old.strip());

    assertThat(run("recover-admin")).isEqualTo(1);

    assertThat(errors()).contains("not the one that this database was made with");
  }

  @ParameterizedTest
  @EnumSource(MasterKeyRotation.Point.class)
  void rotationKilledAnywhereIsSettledByTheNextStart(MasterKeyRotation.Point point)
      throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RotationProcess.class.getName(),
                data.toString(),
                point.name())
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("log").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(temporary.resolve("log"))).isEqualTo(137);

    assertThat(administratorKey()).isEqualTo(before);

    assertThat(data.resolve("master.key.new")).doesNotExist();
    assertThat(run("rotate-master-key")).isZero();
    assertThat(administratorKey()).isEqualTo(before);
  }

  @Test
  void strangeNewKeyAndLostOldOneAreLeftAsTheyAre() throws Exception {
    MasterKey.create(data.resolve("master.key.new"), RANDOM);
    Files.delete(data.resolve("master.key"));

    assertThat(run("recover-admin")).isEqualTo(1);

    assertThat(errors()).contains("neither");
    assertThat(data.resolve("master.key.new")).exists();
  }

  @Test
  void keyInTheEnvironmentIsRotatedToTheOneGiven() throws Exception {
    environment.put("POSTERN_MASTER_KEY", Files.readString(data.resolve("master.key")).strip());
    Files.delete(data.resolve("master.key"));
    assertThat(run("rotate-master-key")).isEqualTo(1);
    assertThat(errors()).contains("POSTERN_NEW_MASTER_KEY");
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    String fresh = Base64.getEncoder().encodeToString(bytes);
    environment.put("POSTERN_NEW_MASTER_KEY", fresh);

    assertThat(run("rotate-master-key")).isZero();

    environment.remove("POSTERN_NEW_MASTER_KEY");
    environment.put("POSTERN_MASTER_KEY", fresh);
    assertThat(administratorKey()).isEqualTo(before);
    assertThat(out.toString(StandardCharsets.UTF_8) + errors()).doesNotContain(fresh);
  }

  @Test
  void directoryInUseAndAStrangeOneAreRefused() {
    try (DataDirectory _ = DataDirectory.open(data)) {
      assertThat(run("rotate-master-key")).isEqualTo(1);
      assertThat(run("recover-admin")).isEqualTo(1);
      assertThat(errors()).contains("another server").contains("uses the data directory");
    }
    data = temporary.resolve("elsewhere");
    assertThat(run("recover-admin")).isEqualTo(1);
    assertThat(data).doesNotExist();
  }

  @Test
  void administratorComesBackWithANewKeyAndNothingInItsWay() throws Exception {
    sql("delete from user_policy where name_key = 'admin'");
    sql("insert into inline_policy values ('user', 'admin', 'deny', '{}')");
    sql("update iam_user set permissions_boundary = 'arn:aws:iam::123456789012:policy/b'");
    sql("insert into iam_group values ('g', 'g', '/', 'AGPA', 0)");
    sql("insert into group_member values ('g', 'admin')");

    assertThat(run("recover-admin")).isZero();

    AccessKeyRecord key = administratorKey();
    assertThat(key.accessKeyId()).isNotEqualTo(before.accessKeyId());
    assertThat(Files.readString(data.resolve("aws/credentials")))
        .contains(key.accessKeyId(), key.secret());
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("aws/credentials"))))
        .isEqualTo("rw-------");
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain(key.secret());
    try (DataDirectory directory = DataDirectory.open(data);
        Store store = open(directory)) {
      var granted = store.grants().ofUser(Store.ADMINISTRATOR).orElseThrow();
      assertThat(granted.policies()).hasSize(1);
      assertThat(granted.policies().getFirst().toString()).contains("AdministratorAccess");
      assertThat(granted.boundary()).isEmpty();
    }
  }

  @Test
  void deletedAdministratorIsMadeAgain() throws Exception {
    sql("delete from access_key");
    sql("delete from user_policy");
    sql("delete from iam_user");

    assertThat(run("recover-admin")).isZero();

    assertThat(administratorKey().active()).isTrue();
    assertThat(List.of(administratorKey())).hasSize(1);
  }
}
