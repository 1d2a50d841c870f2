package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.Activation;
import software.amazon.awssdk.services.ssm.model.CreateActivationRequest;
import software.amazon.awssdk.services.ssm.model.CreateActivationResponse;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsFilter;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsRequest;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsResponse;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.Tag;

class RegistrationTest {
  private static final String FINGERPRINT = "3f2b8a52-9a35-4b56-8a1d-0d1f6f1f7a10";
  private static String publicKey = "";

  @TempDir Path directory;
  private SystemsManagerFixture ssm;

  @BeforeAll
  static void makeKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    publicKey =
        Base64.getEncoder().encodeToString(generator.generateKeyPair().getPublic().getEncoded());
  }

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  @Test
  void machineWithTheCodeBecomesANodeWithTheActivationsNameAndTags() {
    String id = register(activate(Tag.builder().key("Environment").value("lab").build()));

    assertThat(id).matches("mi-[0-9a-f]{17}");
    var node = ssm.store.nodes().find(id).orElseThrow();
    assertThat(node.name()).contains("web-1");
    assertThat(node.tags()).containsEntry("Environment", "lab");
    Activation activation =
        ssm.run(new DescribeActivations(ssm.parts), all()).activationList().getFirst();
    assertThat(activation.registrationsCount()).isEqualTo(1);
  }

  @Test
  void wrongCodeAndUnknownActivationAreToldAlike() {
    CreateActivationResponse activation = activate();

    Fault wrongCode = refusal(activation.activationId(), "x".repeat(32));
    Fault unknown = refusal("00000000-0000-0000-0000-000000000000", activation.activationCode());

    assertThat(wrongCode.code()).isEqualTo("InvalidActivation");
    assertThat(wrongCode.message()).isEqualTo(unknown.message());
    assertThat(ssm.store.nodes().all()).isEmpty();
  }

  @Test
  void sourceThatGuessesCodesIsThrottled() {
    CreateActivationResponse activation = activate();
    var operation = new RegisterManagedInstance(ssm.parts);
    var wrong = input(activation.activationId(), "x".repeat(32));
    var right = input(activation.activationId(), activation.activationCode());
    for (int i = 0; i < RegisterManagedInstance.WRONG_CODES_BURST; i++) {
      assertThatThrownBy(() -> ssm.run(new Caller.Anonymous(), operation, wrong))
          .hasMessageContaining("not valid");
    }

    assertThatThrownBy(() -> ssm.run(new Caller.Anonymous(), operation, right))
        .isInstanceOf(Fault.class)
        .hasMessageContaining("Rate exceeded");
    ssm.clock.advance(Duration.ofSeconds(1));
    assertThat(ssm.run(new Caller.Anonymous(), operation, right)).containsKey("InstanceId");
  }

  @Test
  void expiredAndUsedUpActivationsAreRefused() {
    CreateActivationResponse once = activate();
    register(once);
    assertThat(refusal(once.activationId(), once.activationCode()).code())
        .isEqualTo("InvalidActivation");

    CreateActivationResponse late = activate();
    ssm.clock.advance(Duration.ofHours(25));
    assertThat(refusal(late.activationId(), late.activationCode()).message()).contains("expired");
  }

  @Test
  void chosenIdIsTakenAndALiveNodesKeyIsNeverReplaced() {
    Tag chosen = Tag.builder().key("postern:instance-id").value("i-0abc123def456").build();
    assertThat(register(activate(chosen))).isEqualTo("i-0abc123def456");

    ssm.connect("i-0abc123def456");
    CreateActivationResponse second = activate(chosen);

    assertThat(refusal(second.activationId(), second.activationCode()).code())
        .isEqualTo("InstanceAlreadyRegistered");
  }

  @Test
  void keyOfANodeThatIsCutOffForAMomentIsNotReplaced() {
    Tag chosen = Tag.builder().key("postern:instance-id").value("i-0abc123def456").build();
    register(activate(chosen));
    ssm.run(
        SystemsManagerFixture.node("i-0abc123def456"),
        new UpdateInstanceInformation(ssm.parts),
        Map.of(
            "InstanceId", "i-0abc123def456",
            "AgentStatus", "Active",
            "AgentName", "amazon-ssm-agent",
            "AgentVersion", "3.3.0.0"));
    ssm.clock.advance(Duration.ofMinutes(10));
    CreateActivationResponse second = activate(chosen);
    assertThat(refusal(second.activationId(), second.activationCode()).code())
        .isEqualTo("InstanceAlreadyRegistered");

    ssm.clock.advance(Duration.ofMinutes(2));

    assertThat(register(second)).isEqualTo("i-0abc123def456");
  }

  @Test
  void activationForAChosenIdRegistersOneMachineOnly() {
    assertThatThrownBy(() ->
            ssm.run(
                new CreateActivation(ssm.parts),
                CreateActivationRequest.builder()
                    .iamRole("SSMServiceRole")
                    .registrationLimit(2)
                    .tags(Tag.builder().key("postern:instance-id").value("i-1").build())
                    .build()))
        .hasMessageContaining("registrationLimit");
  }

  @Test
  void roleThatNodesCannotUseIsRefused() {
    assertThatThrownBy(() ->
            ssm.run(
                new CreateActivation(ssm.parts),
                CreateActivationRequest.builder().iamRole("Nobody").build()))
        .hasMessageContaining("Nonexistent role or missing ssm service principal");
  }

  @Test
  void keyThatIsNoRsaKeyIsRefused() {
    CreateActivationResponse activation = activate();
    Map<String, Object> input = input(activation.activationId(), activation.activationCode());
    input.put("PublicKey", "A".repeat(392));

    assertThatThrownBy(
            () -> ssm.run(new Caller.Anonymous(), new RegisterManagedInstance(ssm.parts), input))
        .hasMessageContaining("'publicKey'")
        .hasMessageNotContaining(activation.activationCode());
  }

  @Test
  void nodeGetsCredentialsForItsFingerprintOnly() {
    String id = register(activate());
    Caller node =
        new Caller.NodeKey("arn:aws:ssm:us-east-1:123456789012:managed-instance/" + id, id);
    var operation = new RequestManagedInstanceRoleToken(ssm.parts);

    Map<String, Object> token = ssm.run(node, operation, Map.of("Fingerprint", FINGERPRINT));

    assertThat(token)
        .containsKeys(
            "AccessKeyId",
            "SecretAccessKey",
            "SessionToken",
            "TokenExpirationDate",
            "UpdateKeyPair");
    assertThatThrownBy(() -> ssm.run(node, operation, Map.of("Fingerprint", "other")))
        .hasMessageContaining("MachineFingerprintDoesNotMatch");
    assertThat(operation.auditElements(token).toString())
        .doesNotContain((String) token.get("SecretAccessKey"));
  }

  @Test
  void nodeReportsItselfAndNoOther() {
    String id = register(activate());
    String other = register(activate());

    ping(id, id);

    assertThatThrownBy(() -> ping(id, other)).hasMessageContaining("AccessDeniedException");
    assertThat(ssm.store.nodes().find(other).orElseThrow().lastPing()).isEmpty();
  }

  @Test
  void listingPagesAndFilters() {
    for (int i = 0; i < 7; i++) {
      String id = register(activate());
      ping(id, id);
    }
    var operation = new DescribeInstanceInformation(ssm.parts);

    DescribeInstanceInformationResponse first =
        ssm.run(operation, DescribeInstanceInformationRequest.builder().maxResults(5).build());
    DescribeInstanceInformationResponse second =
        ssm.run(
            operation,
            DescribeInstanceInformationRequest.builder()
                .maxResults(5)
                .nextToken(first.nextToken())
                .build());

    assertThat(first.instanceInformationList()).hasSize(5);
    assertThat(second.instanceInformationList()).hasSize(2);
    assertThat(second.nextToken()).isNull();
    assertThat(ids(first)).doesNotContainAnyElementsOf(ids(second));
    assertThat(filtered(operation, "InstanceIds", ids(second))).isEqualTo(ids(second));
    assertThat(filtered(operation, "PingStatus", List.of("ConnectionLost"))).isEmpty();
    ssm.clock.advance(Duration.ofMinutes(12));
    assertThat(filtered(operation, "PingStatus", List.of("ConnectionLost"))).hasSize(7);
    ssm.connect(ids(second).getFirst());
    assertThat(filtered(operation, "PingStatus", List.of("Online")))
        .containsExactly(ids(second).getFirst());
    assertThatThrownBy(() -> filtered(operation, "Colour", List.of("red")))
        .hasMessageContaining("InvalidFilterKey");
  }

  @Test
  void activationsAreFilteredAndPaged() {
    CreateActivationResponse first = activate();
    activate();
    activate();
    var operation = new DescribeActivations(ssm.parts);

    DescribeActivationsResponse page =
        ssm.run(operation, DescribeActivationsRequest.builder().maxResults(2).build());
    DescribeActivationsResponse rest =
        ssm.run(
            operation,
            DescribeActivationsRequest.builder().maxResults(2).nextToken(page.nextToken()).build());
    DescribeActivationsResponse one =
        ssm.run(
            operation,
            DescribeActivationsRequest.builder()
                .filters(
                    DescribeActivationsFilter.builder()
                        .filterKey("ActivationIds")
                        .filterValues(first.activationId())
                        .build())
                .build());

    assertThat(page.activationList()).hasSize(2);
    assertThat(rest.activationList()).hasSize(1);
    assertThat(one.activationList()).hasSize(1);
    assertThatThrownBy(() ->
            ssm.run(operation, DescribeActivationsRequest.builder().nextToken("made up").build()))
        .hasMessageContaining("InvalidNextToken");
  }

  private List<String> filtered(
      DescribeInstanceInformation operation, String key, List<String> values) {
    return ids(
        ssm.run(
            operation,
            DescribeInstanceInformationRequest.builder()
                .filters(InstanceInformationStringFilter.builder().key(key).values(values).build())
                .build()));
  }

  private static List<String> ids(DescribeInstanceInformationResponse answer) {
    return answer.instanceInformationList().stream().map(InstanceInformation::instanceId).toList();
  }

  private void ping(String caller, String about) {
    ssm.run(
        SystemsManagerFixture.node(caller),
        new UpdateInstanceInformation(ssm.parts),
        Map.of(
            "InstanceId",
            about,
            "AgentVersion",
            "3.3.2000.0",
            "PlatformType",
            "Linux",
            "AgentStatus",
            "Active"));
  }

  private CreateActivationResponse activate(Tag... tags) {
    return ssm.run(
        new CreateActivation(ssm.parts),
        CreateActivationRequest.builder()
            .iamRole("SSMServiceRole")
            .defaultInstanceName("web-1")
            .tags(tags)
            .build());
  }

  private static DescribeActivationsRequest all() {
    return DescribeActivationsRequest.builder().build();
  }

  private String register(CreateActivationResponse activation) {
    Map<String, Object> answer =
        ssm.run(
            new Caller.Anonymous(),
            new RegisterManagedInstance(ssm.parts),
            input(activation.activationId(), activation.activationCode()));
    return (String) answer.getOrDefault("InstanceId", "");
  }

  private Fault refusal(String activationId, String code) {
    try {
      ssm.run(
          new Caller.Anonymous(),
          new RegisterManagedInstance(ssm.parts),
          input(activationId, code));
    } catch (Fault fault) {
      return fault;
    }
    throw new AssertionError("was registered");
  }

  private static Map<String, Object> input(String activationId, String code) {
    var input = new HashMap<String, Object>();
    input.put("ActivationId", activationId);
    input.put("ActivationCode", code);
    input.put("Fingerprint", FINGERPRINT);
    input.put("PublicKey", publicKey);
    input.put("PublicKeyType", "Rsa");
    return input;
  }
}
