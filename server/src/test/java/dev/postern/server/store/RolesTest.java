package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.AccessKeyRecord.Principal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RolesTest {
  private static final String ANN = "arn:aws:iam::123456789012:user/ann";
  private static final String OTHER = "arn:aws:iam::123456789012:role/team/Other";
  private static final String SESSION = "arn:aws:sts::123456789012:assumed-role/Other/night";
  private static final Roles.Outcome DONE =
      new Roles.Outcome(PrincipalChange.DONE, Optional.empty());

  @TempDir Path directory;
  private TestStore clock;
  private Store store;

  @BeforeEach
  void open() throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    user();
    assertThat(create("Other", "/team/")).isEqualTo(DONE);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void user() {
    store.users().create("ann", "/", Optional.empty(), Map.of(), arn -> false);
  }

  private Roles.Outcome create(String name, String path, String... trusted) {
    return store
        .roles()
        .create(
            new Roles.NewRole(
                name,
                path,
                new Roles.Trust("{}", List.of(trusted)),
                Optional.empty(),
                Duration.ofHours(1),
                Optional.empty(),
                Map.of()),
            arn -> false);
  }

  private Map<String, String> trustIds(String role) {
    return store.roleTrusts().find(role).orElseThrow().trustIds();
  }

  private String id(IamEntity kind, String name) {
    return store.principalPolicies().find(kind, name).orElseThrow().id();
  }

  @Test
  void trustIsKeptWithTheIdsOfThoseWhoAreNamed() {
    assertThat(create("Ops", "/", ANN, OTHER, SESSION)).isEqualTo(DONE);

    String user = id(IamEntity.USER, "ann");
    String role = id(IamEntity.ROLE, "Other");
    assertThat(trustIds("ops")).isEqualTo(Map.of(ANN, user, OTHER, role, SESSION, role));
  }

  @Test
  void trustStaysWithTheOneWhoWasNamed() {
    create("Ops", "/", ANN);
    String first = id(IamEntity.USER, "ann");

    store.users().delete("ann");
    user();

    assertThat(id(IamEntity.USER, "ann")).isNotEqualTo(first);
    assertThat(trustIds("Ops")).isEqualTo(Map.of(ANN, first));
  }

  @Test
  void trustWrittenAnewMeansThoseOfNow() {
    create("Ops", "/", ANN);
    store.users().delete("ann");
    user();

    assertThat(store.roles().updateTrust("OPS", new Roles.Trust("{ }", List.of(ANN))))
        .isEqualTo(DONE);

    assertThat(trustIds("Ops")).isEqualTo(Map.of(ANN, id(IamEntity.USER, "ann")));
    assertThat(store.roleTrusts().find("Ops").orElseThrow().trustPolicy()).isEqualTo("{ }");
  }

  @Test
  void trustInSomebodyWhoIsNotThereChangesNothing() {
    create("Ops", "/", ANN);
    String gone = "arn:aws:iam::123456789012:user/gone";

    assertThat(create("New", "/", ANN, gone).unknownPrincipal()).contains(gone);
    assertThat(store.roles().updateTrust("Ops", new Roles.Trust("{ }", List.of(gone))))
        .extracting(Roles.Outcome::unknownPrincipal)
        .isEqualTo(Optional.of(gone));

    assertThat(store.roles().find("New")).isEmpty();
    assertThat(trustIds("Ops")).containsOnlyKeys(ANN);
    assertThat(store.roleTrusts().find("Ops").orElseThrow().trustPolicy()).isEqualTo("{}");
  }

  @Test
  void deletedRoleTakesItsCredentialsAlong() {
    create("Ops", "/");
    String ended = issue("Ops");
    String other = issue("Other");
    String id = id(IamEntity.ROLE, "Ops");

    assertThat(store.roles().delete("ops")).isEqualTo(PrincipalChange.DONE);
    create("Ops", "/");

    assertThat(store.accessKeys().find(ended)).isEmpty();
    assertThat(store.accessKeys().find(other)).isPresent();
    assertThat(
            store
                .accessKeys()
                .issueTo(session("Ops"), id, SessionContext.NONE, Duration.ofHours(1)))
        .as("credentials for the role that was")
        .isEmpty();
  }

  private String issue(String role) {
    return store.accessKeys().issue(session(role), Duration.ofHours(1)).accessKeyId();
  }

  private static Principal.RoleSession session(String role) {
    return new Principal.RoleSession(role, "night", Optional.empty());
  }

  @Test
  void changesOutliveARestart() throws Exception {
    create("Ops", "/", ANN);
    store.roles().update("Ops", Optional.of("At night"), Optional.of(Duration.ofHours(2)));
    RoleDetail before = store.roles().find("Ops").orElseThrow();
    Map<String, String> ids = trustIds("Ops");

    store.close();
    store = clock.open();

    assertThat(store.roles().find("Ops")).contains(before);
    assertThat(before.description()).contains("At night");
    assertThat(before.maxSessionDuration()).isEqualTo(Duration.ofHours(2));
    assertThat(trustIds("Ops")).isEqualTo(ids);
  }

  @Test
  void everyChangeOfARoleCountsForDecisions() {
    create("Ops", "/");
    long made = store.identityVersion();

    store.roles().updateTrust("Ops", new Roles.Trust("{ }", List.of()));
    long trusted = store.identityVersion();
    store.roles().delete("Ops");

    assertThat(trusted).isGreaterThan(made);
    assertThat(store.identityVersion()).isGreaterThan(trusted);
  }

  @Test
  void whatIsNotThereIsSaid() {
    assertThat(store.roles().delete("Gone")).isEqualTo(PrincipalChange.NO_PRINCIPAL);
    assertThat(store.roles().update("Gone", Optional.empty(), Optional.empty()))
        .isEqualTo(PrincipalChange.NO_PRINCIPAL);
    assertThat(store.roles().updateTrust("Gone", new Roles.Trust("{}", List.of())).change())
        .isEqualTo(PrincipalChange.NO_PRINCIPAL);
    assertThat(create("OTHER", "/").change()).isEqualTo(PrincipalChange.NAME_TAKEN);
  }
}
