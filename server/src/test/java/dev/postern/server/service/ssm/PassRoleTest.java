package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Gate;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.service.Operation;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.Roles;
import dev.postern.server.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.CreateActivationRequest;
import software.amazon.awssdk.services.ssm.model.UpdateManagedInstanceRoleRequest;

/** Who may hand a role to nodes. */
final class PassRoleTest {
  private static final String NODE = "mi-0123456789abcdef0";
  private static final String ROLES = "arn:aws:iam::123456789012:role/";
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"ssm.amazonaws.com"},"Action":"sts:AssumeRole"}]}
      """;

  /** Everything of Systems Manager, and roles below a path to a service. */
  private static final String MAY_PASS =
      """
      {"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"ssm:*","Resource":"*"},
        {"Effect":"Allow","Action":"iam:PassRole",
          "Resource":"arn:aws:iam::123456789012:role/nodes/*",
          "Condition":{"StringEquals":{"iam:PassedToService":"%s"}}}]}
      """;

  @TempDir Path directory;
  private SystemsManagerFixture ssm;
  private Gate gate;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    gate =
        new Gate(
            new PolicySets(ssm.store, new PrincipalNames("123456789012", "us-east-1"), Set.of()));
    ssm.store
        .roles()
        .create(
            new Roles.NewRole(
                "WebNode",
                "/nodes/",
                new Roles.Trust(TRUST, List.of()),
                Optional.empty(),
                Duration.ofHours(1),
                Optional.empty(),
                Map.of()),
            arn -> false);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  /** What a user may, as its one inline policy. */
  private Caller user(String name, String document) {
    ssm.store.users().create(name, "/", Optional.empty(), Map.of(), arn -> false);
    ssm.store.principalPolicies().putInline(IamEntity.USER, name, "only", document, 2048);
    return new Caller.User("arn:aws:iam::123456789012:user/" + name, "AIDAX", name, "AKIAX");
  }

  private static CreateActivationRequest activation(String role) {
    return CreateActivationRequest.builder().iamRole(role).build();
  }

  private static UpdateManagedInstanceRoleRequest change(String role) {
    return UpdateManagedInstanceRoleRequest.builder().instanceId(NODE).iamRole(role).build();
  }

  /** The refusal of the role that is passed, which calls it as it was asked for. */
  private <I> void assertMayNotPass(Caller caller, Operation<I, ?> operation, I input, String arn) {
    operation.validate(input);
    assertThatThrownBy(() -> gate.permit(caller, operation.question(input, caller), Map.of()))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo("AccessDeniedException");
              assertThat(fault.message())
                  .contains("not authorized to perform: iam:PassRole on resource: " + arn + " ");
            });
  }

  @Test
  void roleBelowAPathIsPassedByItsNameAlone() {
    Caller caller = user("ann", MAY_PASS.formatted("ssm.amazonaws.com"));

    var made = ssm.run(caller, new CreateActivation(ssm.parts), activation("WebNode"));

    assertThat(ssm.store.activations().find(made.activationId()).orElseThrow().iamRole())
        .isEqualTo("WebNode");
  }

  @Test
  void rolePassedToAnotherServiceIsNotPassedToNodes() {
    Caller caller = user("ann", MAY_PASS.formatted("ec2.amazonaws.com"));

    assertMayNotPass(
        caller, new CreateActivation(ssm.parts), activation("WebNode"), ROLES + "WebNode");
    assertMayNotPass(
        caller, new UpdateManagedInstanceRole(ssm.parts), change("WebNode"), ROLES + "WebNode");
  }

  @Test
  void otherRolesMayNotBePassed() {
    Caller caller = user("ann", MAY_PASS.formatted("ssm.amazonaws.com"));

    assertMayNotPass(
        caller,
        new CreateActivation(ssm.parts),
        activation(Store.NODE_ROLE),
        ROLES + Store.NODE_ROLE);
  }

  @Test
  void pathInTheNameDoesNotOpenOtherRoles() {
    Caller caller = user("ann", MAY_PASS.formatted("ssm.amazonaws.com"));
    String disguised = "nodes/" + Store.NODE_ROLE;

    assertMayNotPass(
        caller, new CreateActivation(ssm.parts), activation(disguised), ROLES + disguised);
    assertMayNotPass(
        caller, new UpdateManagedInstanceRole(ssm.parts), change(disguised), ROLES + disguised);
  }

  @Test
  void whoMayNotPassRolesLearnsNothingAboutThem() {
    Caller caller =
        user(
            "ann",
            """
            {"Statement":[{"Effect":"Allow","Action":"ssm:*","Resource":"*"}]}
            """);

    for (String role : List.of("webnode", "nodes/WebNode", "Gone")) {
      assertMayNotPass(caller, new CreateActivation(ssm.parts), activation(role), ROLES + role);
      assertMayNotPass(
          caller, new UpdateManagedInstanceRole(ssm.parts), change(role), ROLES + role);
    }
  }

  @Test
  void roleThatIsGoneIsToldToThoseWhoMayPassIt() {
    assertThatThrownBy(() -> ssm.run(new CreateActivation(ssm.parts), activation("nodes/Gone")))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("ValidationException"))
        .hasMessageEndingWith(
            "Nonexistent role or missing ssm service principal in trust policy: "
                + ROLES
                + "nodes/Gone");
  }
}
