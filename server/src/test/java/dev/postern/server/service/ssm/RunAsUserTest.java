package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.TestIdentities;
import dev.postern.wire.control.AgentTask;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;

/** Whose tag tells the node as whom a session runs. */
class RunAsUserTest {
  private static final String NODE = "mi-0123456789abcdef0";
  private static final String TAG = "SSMSessionRunAs";
  private static final Caller.User ADMIN =
      new Caller.User("arn:aws:iam::123456789012:user/admin", "AIDAX", "admin", "AKIAX");

  @TempDir Path directory;
  private SystemsManagerFixture ssm;
  private TestIdentities identities;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    ssm.connect(NODE);
    identities = new TestIdentities(ssm.clock);
    identities.role("Ops", "AROAOPS", "{}");
    identities.policy(
        "role",
        "Ops",
        "all",
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":"ssm:StartSession","Resource":"*"}]}
        """);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  private static Caller.User user(Map<String, String> sessionTags) {
    return new Caller.User(
        ADMIN.arn(), ADMIN.userId(), ADMIN.name(), "ASIAX", Optional.of(temporary(sessionTags)));
  }

  private static Caller.RoleSession role(Map<String, String> sessionTags) {
    return new Caller.RoleSession(
        "arn:aws:sts::123456789012:assumed-role/Ops/alice",
        "AROAOPS:alice",
        "arn:aws:iam::123456789012:role/Ops",
        "Ops",
        "alice",
        "ASIAX",
        Optional.empty(),
        Optional.of(temporary(sessionTags)));
  }

  private static Caller.Temporary temporary(Map<String, String> tags) {
    return new Caller.Temporary(
        Instant.EPOCH,
        new SessionContext(
            Optional.empty(),
            List.of(),
            tags,
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            false,
            Map.of()));
  }

  private String runAsUserOf(Caller caller) throws Exception {
    ssm.run(
        caller, new StartSession(ssm.parts), StartSessionRequest.builder().target(NODE).build());
    return AgentTask.parse(ByteBuffer.wrap(ssm.started.getLast().task().getBytes(UTF_8)))
        .content()
        .runAsUser();
  }

  @Test
  void withoutTheTagTheNodeDecides() throws Exception {
    identities.tag("user", "admin", "team", "red");

    assertThat(runAsUserOf(ADMIN)).isEmpty();
    assertThat(runAsUserOf(user(Map.of()))).isEmpty();
    assertThat(runAsUserOf(role(Map.of()))).isEmpty();
  }

  @Test
  void tagOfTheUserCounts() throws Exception {
    identities.tag("user", "admin", TAG, "ec2-user");
    identities.tag("role", "Ops", TAG, "others");

    assertThat(runAsUserOf(ADMIN)).isEqualTo("ec2-user");
    assertThat(runAsUserOf(user(Map.of("team", "red")))).isEqualTo("ec2-user");
  }

  @Test
  void tagOfTheRoleCountsForItsSessions() throws Exception {
    identities.tag("role", "Ops", TAG, "deploy");
    identities.tag("user", "admin", TAG, "others");

    assertThat(runAsUserOf(role(Map.of()))).isEqualTo("deploy");
  }

  @Test
  void tagOfTheSessionWins() throws Exception {
    identities.tag("role", "Ops", TAG, "deploy");
    identities.tag("user", "admin", TAG, "ec2-user");

    assertThat(runAsUserOf(role(Map.of(TAG, "alice")))).isEqualTo("alice");
    assertThat(runAsUserOf(user(Map.of(TAG, "alice")))).isEqualTo("alice");
    assertThat(runAsUserOf(role(Map.of("ssmsessionrunas", "alice")))).isEqualTo("alice");
  }

  @Test
  void changeOfTheTagHoldsForTheNextSession() throws Exception {
    assertThat(runAsUserOf(ADMIN)).isEmpty();

    identities.tag("user", "admin", TAG, "ec2-user");

    assertThat(runAsUserOf(ADMIN)).isEqualTo("ec2-user");
  }
}
