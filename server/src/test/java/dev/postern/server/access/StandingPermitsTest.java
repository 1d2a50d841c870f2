package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.Roles;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StandingPermitsTest {
  private static final int INLINE_MAX = 2048;
  private static final String NODE = "arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1";
  private static final String ALLOW =
      """
      {"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Action":"ssm:StartSession","Resource":"*"}}
      """;

  @TempDir Path directory;
  private Store store;
  private Gate gate;
  private StandingPermits permits;
  private Caller.User developer;

  @BeforeEach
  void open() throws Exception {
    store = new TestStore(directory).open();
    gate =
        new Gate(new PolicySets(store, new PrincipalNames("123456789012", "us-east-1"), Set.of()));
    permits = new StandingPermits(gate, store);
    developer = developer();
    putInline(IamEntity.USER, "dev", "start", ALLOW);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Caller.User developer() {
    create("dev");
    AccessKeyRecord key = store.accessKeys().createForUser("dev");
    return new Caller.User(
        "arn:aws:iam::123456789012:user/dev", id("dev"), "dev", key.accessKeyId());
  }

  private void create(String user) {
    store.users().create(user, "/", Optional.empty(), Map.of(), arn -> false);
  }

  private String id(String user) {
    return store.principalPolicies().find(IamEntity.USER, user).orElseThrow().id();
  }

  private void createRole(String role) {
    store
        .roles()
        .create(
            new Roles.NewRole(
                role,
                "/",
                new Roles.Trust("{}", List.of()),
                Optional.empty(),
                Duration.ofHours(1),
                Optional.empty(),
                Map.of()),
            arn -> false);
  }

  private Caller.RoleSession session(SessionContext context) {
    return session(Store.NODE_ROLE, context);
  }

  private Caller.RoleSession session(String role, SessionContext context) {
    String id = store.principalPolicies().find(IamEntity.ROLE, role).orElseThrow().id();
    return new Caller.RoleSession(
        "arn:aws:sts::123456789012:assumed-role/" + role + "/dev",
        id + ":dev",
        "arn:aws:iam::123456789012:role/" + role,
        role,
        "dev",
        "ASIAGONE",
        Optional.empty(),
        Optional.of(new Caller.Temporary(Instant.parse("2026-11-23T10:00:00Z"), context)));
  }

  private void putInline(IamEntity kind, String name, String policyName, String document) {
    store.principalPolicies().putInline(kind, name, policyName, document, INLINE_MAX);
  }

  private String permitted(Caller caller, Map<String, List<String>> keys) {
    return StandingPermits.record(gate.permit(caller, Question.of("ssm:StartSession", NODE), keys));
  }

  @Test
  void standsWhileNothingChanges() {
    assertThat(permits.lost(permitted(developer, Map.of()))).isEmpty();
  }

  @Test
  void isLostWithThePolicyThatAllowed() {
    String permit = permitted(developer, Map.of());

    store.principalPolicies().deleteInline(IamEntity.USER, "dev", "start");

    assertThat(permits.lost(permit))
        .contains(
            "ssm:StartSession on " + NODE + " is no longer allowed by any identity-based policy");
  }

  @Test
  void isLostToADenyThatIsNamed() {
    String permit = permitted(developer, Map.of());

    putInline(IamEntity.USER, "dev", "no", ALLOW.replace("Allow", "Deny"));

    assertThat(permits.lost(permit))
        .contains("ssm:StartSession on " + NODE + " is denied by policy no of user dev");
  }

  @Test
  void isLostWithTheUserEvenWhenAnotherHasTheNameNow() {
    create("gone");
    var gone =
        new Caller.User("arn:aws:iam::123456789012:user/gone", id("gone"), "gone", "AKIAGONE");
    putInline(IamEntity.USER, "gone", "start", ALLOW);
    String permit = permitted(gone, Map.of());
    store.principalPolicies().deleteInline(IamEntity.USER, "gone", "start");
    store.users().delete("gone");
    assertThat(permits.lost(permit)).contains("the user gone was deleted");

    create("gone");
    putInline(IamEntity.USER, "gone", "start", ALLOW);

    assertThat(permits.lost(permit)).contains("the user gone was deleted");
  }

  @Test
  void isLostWithTheRoleEvenWhenAnotherHasTheNameNow() {
    createRole("Ops");
    putInline(IamEntity.ROLE, "Ops", "start", ALLOW);
    String permit = permitted(session("Ops", SessionContext.NONE), Map.of());
    store.principalPolicies().deleteInline(IamEntity.ROLE, "Ops", "start");
    store.roles().delete("Ops");
    assertThat(permits.lost(permit)).contains("the role Ops was deleted");

    createRole("Ops");
    putInline(IamEntity.ROLE, "Ops", "start", ALLOW);

    assertThat(permits.lost(permit)).contains("the role Ops was deleted");
  }

  @Test
  void isLostWithTheKey() {
    Caller otherKey =
        new Caller.User(developer.arn(), developer.userId(), developer.name(), "AKIAGONE");

    assertThat(permits.lost(permitted(otherKey, Map.of())))
        .contains("the access key AKIAGONE was deleted");
  }

  @Test
  void outlivesTheExpiryOfTemporaryCredentials() {
    putInline(IamEntity.ROLE, Store.NODE_ROLE, "start", ALLOW);

    // No key ASIAGONE is in the store, as after it expired and was forgotten.
    assertThat(permits.lost(permitted(session(SessionContext.NONE), Map.of()))).isEmpty();
  }

  @Test
  void isLostWhenTheRolesOlderSessionsAreRevoked() {
    putInline(IamEntity.ROLE, Store.NODE_ROLE, "start", ALLOW);
    String permit = permitted(session(SessionContext.NONE), Map.of());

    putInline(
        IamEntity.ROLE,
        Store.NODE_ROLE,
        "AWSRevokeOlderSessions",
        """
        {"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*",
          "Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-23T10:00:01Z"}}}}
        """);

    assertThat(permits.lost(permit).orElseThrow()).contains("AWSRevokeOlderSessions");
  }

  @Test
  void theSessionPolicyGoesOnLimiting() {
    putInline(IamEntity.ROLE, Store.NODE_ROLE, "start", ALLOW);
    Caller limited =
        session(
            new SessionContext(
                Optional.of(ALLOW.replace("\"*\"", "\"" + NODE + "\"")),
                List.of(),
                Map.of(),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                false,
                Map.of()));

    assertThat(permits.lost(permitted(limited, Map.of()))).isEmpty();
    assertThat(gate.decide(limited, Question.of("ssm:StartSession", NODE + "2"), Map.of()))
        .isInstanceOf(Decision.Denied.class);
  }

  @Test
  void asksWithTheKeysOfThen() {
    putInline(
        IamEntity.USER,
        "dev",
        "start",
        """
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ssm:StartSession",
          "Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-23T11:00:00Z"}}}}
        """);
    String permit =
        permitted(developer, Map.of("aws:CurrentTime", List.of("2026-11-23T10:59:59Z")));

    // Whatever the hour is now: the passage of time takes nothing away.
    assertThat(permits.lost(permit)).isEmpty();
  }

  @Test
  void damagedRecordsAreRefused() {
    for (String text : List.of("", "{}", "[]", "{\"caller\":{},\"checks\":[]}")) {
      assertThatThrownBy(() -> permits.lost(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
