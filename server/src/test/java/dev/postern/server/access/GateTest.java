package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GateTest {
  private static final Caller ADMIN =
      new Caller.User("arn:aws:iam::123456789012:user/admin", "AIDA", "admin", "AKIA");
  private static final Caller NODE = session(Store.NODE_ROLE);
  private static final Caller NODE_KEY = new Caller.NodeKey("arn:mi-1", "mi-1");
  private static final Caller NOBODY = new Caller.Anonymous();

  @TempDir Path directory;
  private Store store;
  private Gate gate;

  @BeforeEach
  void open() throws Exception {
    store = new TestStore(directory).open();
    gate =
        new Gate(new PolicySets(store, new PrincipalNames("123456789012", "us-east-1"), Set.of()));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Caller session(String roleName) {
    return new Caller.RoleSession(
        "arn:aws:sts::123456789012:assumed-role/" + roleName + "/mi-1",
        "AROA:mi-1",
        "arn:aws:iam::123456789012:role/" + roleName,
        roleName,
        "mi-1",
        "ASIA",
        Optional.of("mi-1"));
  }

  @Test
  void administratorMayDoAnything() {
    for (String action : List.of("ssm:StartSession", "iam:DeleteUser", "postern:Explain")) {
      assertThat(allows(ADMIN, action, Proof.ACCESS_KEY)).as(action).isTrue();
    }
  }

  @Test
  void nodesMayDoWhatTheirRolesPolicySaysAndNothingElse() {
    for (String action :
        List.of(
            "ssm:UpdateInstanceInformation",
            "ssm:ListInstanceAssociations",
            "ssm:GetDocument",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:OpenDataChannel",
            "ec2messages:GetMessages")) {
      assertThat(allows(NODE, action, Proof.ACCESS_KEY)).as(action).isTrue();
    }
    for (String action :
        List.of(
            "ssm:StartSession",
            "ssm:TerminateSession",
            "ssm:DescribeSessions",
            "ssm:CreateActivation",
            "ssm:SendCommand",
            "ssm:UpdateInstanceInformationX",
            "iam:GetUser")) {
      assertThat(allows(NODE, action, Proof.ACCESS_KEY)).as(action).isFalse();
    }
  }

  @Test
  void principalsThatAreGoneMayDoNothing() {
    Caller gone = new Caller.User("arn:aws:iam::123456789012:user/gone", "AIDA", "gone", "AKIA");

    assertThat(allows(gone, "ssm:StartSession", Proof.ACCESS_KEY)).isFalse();
    assertThat(allows(session("Gone"), "ssm:GetDocument", Proof.ACCESS_KEY)).isFalse();
  }

  @Test
  void eachProofIsGoodForItsOwnOperationsOnly() {
    String action = "ssm:RequestManagedInstanceRoleToken";

    assertThat(allows(NODE_KEY, action, Proof.NODE_KEY)).isTrue();
    assertThat(allows(ADMIN, action, Proof.NODE_KEY)).isFalse();
    assertThat(allows(NOBODY, action, Proof.NODE_KEY)).isFalse();
    assertThat(allows(NODE_KEY, "ssm:StartSession", Proof.ACCESS_KEY)).isFalse();
    assertThat(allows(NOBODY, "ssm:StartSession", Proof.ACCESS_KEY)).isFalse();
    assertThat(allows(NODE, "sts:GetCallerIdentity", Proof.ANY_ACCESS_KEY)).isTrue();
    assertThat(allows(NOBODY, "sts:GetCallerIdentity", Proof.ANY_ACCESS_KEY)).isFalse();
    assertThat(allows(NODE_KEY, "sts:GetCallerIdentity", Proof.ANY_ACCESS_KEY)).isFalse();
    assertThat(allows(NOBODY, "ssm:RegisterManagedInstance", Proof.NONE)).isTrue();
  }

  @Test
  void permitSaysWhatWasPermitted() {
    Permit permit = gate.permit(ADMIN, Question.of("ssm:StartSession", "arn:x"), Map.of());

    assertThat(permit.caller()).isEqualTo(ADMIN);
    assertThat(permit.action()).isEqualTo("ssm:StartSession");
    assertThat(permit.resources()).containsExactly("arn:x");
  }

  @Test
  void refusalIsInAwsWords() {
    assertThatThrownBy(() -> gate.permit(NODE, Question.of("ssm:StartSession", "arn:x"), Map.of()))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo("AccessDeniedException");
              assertThat(fault.message())
                  .isEqualTo(
                      "User: "
                          + NODE.arn()
                          + " is not authorized to perform: ssm:StartSession on resource: arn:x"
                          + " because no identity-based policy allows the ssm:StartSession action");
            });
  }

  private boolean allows(Caller caller, String action, Proof proof) {
    return gate.decide(caller, new Question(action, List.of("*"), proof), Map.of())
        instanceof Decision.Allowed;
  }
}
