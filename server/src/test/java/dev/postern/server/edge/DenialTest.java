package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.json.Json;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.service.postern.PosternService;
import dev.postern.server.service.ssm.DocumentCheck;
import dev.postern.server.service.ssm.SystemsManager;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a refused caller is told, and what an administrator can ask about it. */
final class DenialTest {
  private static final String NODE_ARN =
      "arn:aws:ssm:us-east-1:123456789012:managed-instance/" + EdgeFixture.NODE;

  @TempDir Path directory;
  private final InProcessBus bus = new InProcessBus();
  private EdgeFixture fixture;
  private Credentials dev;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory, (probes, store) -> services(store));
    fixture.store.users().create("dev", "/", Optional.empty(), Map.of(), arn -> false);
    AccessKeyRecord key = fixture.store.accessKeys().createForUser("dev");
    dev = new Credentials(key.accessKeyId(), key.secret(), null);
  }

  private List<Service> services(Store store) {
    return List.of(
        SystemsManager.service(
            new Account(EdgeFixture.ACCOUNT, EdgeFixture.REGION),
            store,
            bus,
            new SystemsManager.Settings(EdgeFixture.ENDPOINT, DocumentCheck.LENIENT),
            new NextToken(new byte[32]),
            new SecureRandom()),
        PosternService.service(store));
  }

  @AfterEach
  void close() {
    fixture.close();
    bus.close();
  }

  private void allow(String statement) {
    fixture
        .store
        .principalPolicies()
        .putInline(
            IamEntity.USER,
            "dev",
            "nodes",
            "{\"Version\":\"2012-10-17\",\"Statement\":" + statement + "}",
            2048);
  }

  private void environment(String value) {
    fixture
        .store
        .nodes()
        .changeTags(List.of(EdgeFixture.NODE), 50, tags -> Map.of("Environment", value));
  }

  private HttpAnswer start(String target) {
    return call(dev, "ssm", "AmazonSSM.StartSession", Map.of("Target", target));
  }

  private HttpAnswer call(
      Credentials credentials, String service, String target, Map<String, Object> input) {
    return fixture.send(
        fixture.signed(EdgeFixture.json(target, Json.writeString(input)), credentials, service));
  }

  private Map<String, Object> explain(HttpAnswer refused) throws Exception {
    String requestId = EdgeFixture.header(refused, "x-amzn-RequestId");
    return EdgeFixture.tree(
        call(fixture.admin, "postern", "Postern_20261122.Explain", Map.of("RequestId", requestId)));
  }

  @Test
  void refusedCallerLearnsNothingAboutWhatExists() throws Exception {
    HttpAnswer known = start(EdgeFixture.NODE);
    HttpAnswer unknown = start("mi-00000000000000000");

    assertThat(known.status()).isEqualTo(400);
    assertThat(EdgeFixture.tree(known).get("message"))
        .isEqualTo(
            "User: arn:aws:iam::123456789012:user/dev is not authorized to perform:"
                + " ssm:StartSession on resource: "
                + NODE_ARN
                + " because no identity-based policy allows the ssm:StartSession action");
    assertThat(EdgeFixture.text(unknown).replace("mi-00000000000000000", EdgeFixture.NODE))
        .isEqualTo(EdgeFixture.text(known));
  }

  @Test
  void nearestStatementAndTheConditionThatFailedAreExplained() throws Exception {
    allow(
        """
        {"Sid":"Development","Effect":"Allow","Action":"ssm:StartSession","Resource":"*",
         "Condition":{"StringEquals":{"ssm:resourceTag/Environment":"development"}}}
        """);
    environment("production");

    HttpAnswer refused = start(EdgeFixture.NODE);

    assertThat(EdgeFixture.text(refused)).doesNotContain("Development", "Environment");
    Map<String, Object> explained = explain(refused);
    assertThat(explained)
        .containsEntry("Principal", "arn:aws:iam::123456789012:user/dev")
        .containsEntry("Action", "ssm:StartSession")
        .containsEntry("Resource", NODE_ARN)
        .containsEntry("Decision", "implicitDeny");
    assertThat(String.valueOf(explained.get("ContextKeys")))
        .contains("ssm:resourceTag/Environment=[production]")
        .contains("aws:SourceIp=[127.0.0.1]");
    assertThat(String.valueOf(explained.get("NearestStatement")))
        .contains("Development")
        .contains("policy nodes of user dev")
        .contains("ssm:resourceTag/Environment");
  }

  @Test
  void denyingStatementIsExplained() throws Exception {
    allow(
        """
        [{"Effect":"Allow","Action":"*","Resource":"*"},
         {"Sid":"NotHere","Effect":"Deny","Action":"ssm:StartSession","Resource":"*"}]
        """);

    HttpAnswer refused = start(EdgeFixture.NODE);

    assertThat(String.valueOf(EdgeFixture.tree(refused).get("message")))
        .endsWith("with an explicit deny in an identity-based policy")
        .doesNotContain("NotHere");
    Map<String, Object> explained = explain(refused);
    assertThat(explained).containsEntry("Decision", "explicitDeny");
    assertThat(String.valueOf(explained.get("DecidingStatement"))).contains("NotHere");
  }

  @Test
  void retaggingCountsFromTheNextCallOn() throws Exception {
    allow(
        """
        {"Effect":"Allow","Action":"ssm:StartSession","Resource":"*",
         "Condition":{"StringEquals":{"aws:ResourceTag/Environment":"development"}}}
        """);
    environment("development");
    assertThat(EdgeFixture.tree(start(EdgeFixture.NODE)))
        .as("allowed, but no agent is there")
        .containsEntry("__type", "TargetNotConnected");

    environment("production");

    assertThat(EdgeFixture.tree(start(EdgeFixture.NODE)))
        .containsEntry("__type", "AccessDeniedException");
  }

  @Test
  void explanationsAreForThoseWhoMayAskAndOfRefusalsOnly() throws Exception {
    HttpAnswer refused = start(EdgeFixture.NODE);
    Map<String, Object> input =
        Map.of("RequestId", EdgeFixture.header(refused, "x-amzn-RequestId"));

    assertThat(EdgeFixture.tree(call(dev, "postern", "Postern_20261122.Explain", input)))
        .containsEntry("__type", "AccessDeniedException");
    assertThat(
            EdgeFixture.tree(
                call(
                    fixture.admin,
                    "postern",
                    "Postern_20261122.Explain",
                    Map.of("RequestId", "00000000-0000-0000-0000-000000000000"))))
        .containsEntry("__type", "DoesNotExistException");
    assertThat(
            EdgeFixture.tree(
                call(
                    fixture.admin,
                    "postern",
                    "Postern_20261122.Explain",
                    Map.of("RequestId", "../x"))))
        .containsEntry("__type", "ValidationException");
  }
}
