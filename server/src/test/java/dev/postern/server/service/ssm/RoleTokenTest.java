package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.PrincipalChange;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestIdentities;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.Activation;
import software.amazon.awssdk.services.ssm.model.CreateActivationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.UpdateManagedInstanceRoleRequest;

class RoleTokenTest {
  private static final String NODE = "mi-0123456789abcdef0";
  private static final String ACTIVATION = "11111111-2222-3333-4444-555555555555";
  private static final String EC2_TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}
      """;

  @TempDir Path directory;
  private SystemsManagerFixture ssm;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    new TestIdentities(ssm.clock).role("ForInstances", "AROAX", EC2_TRUST);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  private void register(String role) {
    ssm.store
        .activations()
        .insert(
            new ActivationRecord(
                ACTIVATION,
                new byte[32],
                Optional.empty(),
                Optional.empty(),
                role,
                1,
                0,
                ssm.clock.now().plus(Duration.ofHours(1)),
                ssm.clock.now(),
                Map.of(),
                Optional.empty()));
    ssm.store
        .nodes()
        .register(
            new NodeRecord(
                NODE,
                ACTIVATION,
                "key",
                "f",
                Optional.empty(),
                role,
                ssm.clock.now(),
                Map.of(),
                Optional.empty()),
            Nodes.Existing.KEEP);
  }

  private Map<String, Object> token() {
    return ssm.run(
        new Caller.NodeKey("arn:aws:ssm:us-east-1:123456789012:managed-instance/" + NODE, NODE),
        new RequestManagedInstanceRoleToken(ssm.parts),
        Map.of("Fingerprint", "f"));
  }

  @Test
  void nodeGetsCredentialsOfARoleThatTrustsSystemsManager() {
    register(Store.NODE_ROLE);

    assertThat(token()).containsKeys("AccessKeyId", "SecretAccessKey", "SessionToken");
  }

  @Test
  void roleThatTrustsSomebodyElseIsRefused() {
    register("ForInstances");

    assertThatThrownBy(this::token)
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("AccessDeniedException"))
        .hasMessageContaining("does not trust ssm.amazonaws.com");
  }

  @Test
  void deletedRoleEndsItsNodesCredentialsAndIsGivenNoNewOnes() {
    register(Store.NODE_ROLE);
    String keyId = String.valueOf(token().get("AccessKeyId"));
    assertThat(ssm.store.accessKeys().find(keyId)).isPresent();

    deleteRole(Store.NODE_ROLE);

    assertThat(ssm.store.accessKeys().find(keyId)).isEmpty();
    assertThatThrownBy(this::token)
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("AccessDeniedException"))
        .hasMessageEndingWith(
            "The role SSMServiceRole of "
                + NODE
                + " does not exist or does not trust ssm.amazonaws.com.");
  }

  @Test
  void nodeWhoseRoleIsDeletedIsShownAndGivenAnother() {
    register("ForInstances");
    ssm.store
        .nodes()
        .ping(NODE, new Ping(ssm.clock.now(), "a", "1.0.0.0", "Active", "", "", "", "", "", ""));
    deleteRole("ForInstances");

    InstanceInformation shown =
        ssm.run(
                new DescribeInstanceInformation(ssm.parts),
                DescribeInstanceInformationRequest.builder().build())
            .instanceInformationList()
            .getFirst();
    Activation activation =
        ssm.run(new DescribeActivations(ssm.parts), DescribeActivationsRequest.builder().build())
            .activationList()
            .getFirst();
    assertThat(shown.iamRole()).isEqualTo("ForInstances");
    assertThat(activation.iamRole()).isEqualTo("ForInstances");

    ssm.run(
        new UpdateManagedInstanceRole(ssm.parts),
        UpdateManagedInstanceRoleRequest.builder()
            .instanceId(NODE)
            .iamRole(Store.NODE_ROLE)
            .build());
    assertThat(token()).containsKey("AccessKeyId");
  }

  private void deleteRole(String name) {
    for (String policy : ssm.store.principalPolicies().attached(IamEntity.ROLE, name)) {
      ssm.store.principalPolicies().detach(IamEntity.ROLE, name, policy);
    }
    assertThat(ssm.store.roles().delete(name)).isEqualTo(PrincipalChange.DONE);
  }

  @Test
  void activationWithSuchARoleIsRefused() {
    var input = CreateActivationRequest.builder().iamRole("ForInstances").build();

    assertThatThrownBy(() -> ssm.run(new CreateActivation(ssm.parts), input))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("ValidationException"))
        .hasMessageContaining("missing ssm service principal in trust policy");
  }
}
