package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.json.Json;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Gate;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.Question;
import dev.postern.server.access.StandingPermits;
import dev.postern.server.bus.EndSession;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.store.AuditLog;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class SessionRevocationTest {
  private static final String NODE = "arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1";

  /** What the issue promises: a lost right ends its sessions within this. */
  private static final Duration WITHIN = Duration.ofSeconds(5);

  @TempDir Path directory;
  private final InProcessBus bus = new InProcessBus();
  private final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private TestStore clock;
  private Store store;
  private Gate gate;
  private SessionRevocation revocation;

  @BeforeEach
  void open() throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    gate =
        new Gate(new PolicySets(store, new PrincipalNames("123456789012", "us-east-1"), Set.of()));
    revocation =
        new SessionRevocation(
            new StandingPermits(gate, store), store, bus, "123456789012", "us-east-1", clock::now);
  }

  @AfterEach
  void close() {
    revocation.close();
    bus.close();
    store.close();
  }

  private void allow(String user) {
    store.users().create(user, "/", Optional.empty(), Map.of(), arn -> false);
    store
        .principalPolicies()
        .putInline(
            IamEntity.USER,
            user,
            "start",
            """
            {"Version":"2012-10-17","Statement":
              {"Effect":"Allow","Action":"ssm:StartSession","Resource":"*"}}
            """,
            2048);
  }

  private SessionId session(String user) {
    String userId = store.principalPolicies().find(IamEntity.USER, user).orElseThrow().id();
    String keyId = store.accessKeys().createForUser(user).accessKeyId();
    Caller caller = new Caller.User("arn:aws:iam::123456789012:user/" + user, userId, user, keyId);
    String permit =
        StandingPermits.record(
            gate.permit(caller, Question.of("ssm:StartSession", NODE), Map.of()));
    var id = new SessionId(user + "-0123456789abcdef0");
    String _ =
        store
            .sessions()
            .insert(
                new SessionRecord(
                    id,
                    caller.arn(),
                    userId,
                    "mi-1",
                    "SSM-SessionManagerRunShell",
                    "Standard_Stream",
                    Optional.empty(),
                    SessionRecord.Status.Connected,
                    clock.now(),
                    Optional.empty(),
                    Optional.empty(),
                    SessionLimits.DEFAULT,
                    Optional.of(permit)),
                Duration.ofMinutes(5));
    return id;
  }

  private void hold(SessionId id) {
    var _ =
        bus.respond(
            EndSession.class,
            new EndSession(id, "", "").subject(),
            asked -> ended.add(asked.sessionId().value()));
  }

  private List<Map<String, Object>> events() throws Exception {
    List<Map<String, Object>> events = new ArrayList<>();
    for (AuditLog.Entry entry : store.audit().read(0, 1000)) {
      events.add(Json.readObject(entry.json()));
    }
    return events;
  }

  @Test
  void endsTheSessionsWhoseRightIsLostAndNoOthers() throws Exception {
    allow("dev");
    allow("ops");
    SessionId lost = session("dev");
    SessionId kept = session("ops");
    hold(lost);
    hold(kept);
    revocation.start();

    store.principalPolicies().deleteInline(IamEntity.USER, "dev", "start");

    assertThat(ended.poll(WITHIN.toSeconds(), TimeUnit.SECONDS)).isEqualTo(lost.value());
    assertThat(revocation.stands(store.sessions().find(kept).orElseThrow())).isTrue();
    assertThat(ended).isEmpty();
    assertThat(events())
        .singleElement()
        .satisfies(event -> {
          assertThat(event).containsEntry("eventName", "TerminateSession");
          assertThat(String.valueOf(event.get("serviceEventDetails")))
              .contains(lost.value())
              .contains("is no longer allowed by any identity-based policy");
        });
  }

  @Test
  void sessionThatNobodyHoldsIsOverInTheRecords() {
    allow("dev");
    SessionId id = session("dev");
    store.principalPolicies().deleteInline(IamEntity.USER, "dev", "start");

    assertThat(revocation.stands(store.sessions().find(id).orElseThrow())).isFalse();

    SessionRecord record = store.sessions().find(id).orElseThrow();
    assertThat(record.status()).isEqualTo(SessionRecord.Status.Terminated);
    assertThat(record.endDate()).contains(clock.now());
    assertThat(record.details().orElseThrow()).doesNotContain("policy");
  }

  @Test
  void rightsThatChangedWhileNobodyLookedAreFoundAtTheStart() throws Exception {
    allow("dev");
    SessionId id = session("dev");
    hold(id);
    store.principalPolicies().deleteInline(IamEntity.USER, "dev", "start");

    revocation.start();

    assertThat(ended.poll(WITHIN.toSeconds(), TimeUnit.SECONDS)).isEqualTo(id.value());
  }
}
