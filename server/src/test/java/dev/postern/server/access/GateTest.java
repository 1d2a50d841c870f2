package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.PrincipalChange;
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

  private static final String SSM = "arn:aws:ssm:us-east-1:123456789012:";

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

  @Test
  void oneOfTheAlternativesSufficesButADenyInAnyDenies() {
    Caller dev =
        user(
            """
            [{"Effect":"Allow","Action":"ssm:TerminateSession",
              "Resource":"arn:aws:ssm:us-east-1:123456789012:session/${aws:userid}-*"},
             {"Effect":"Deny","Action":"ssm:TerminateSession",
              "Resource":"arn:aws:ssm:us-east-1:123456789012:session/dev-forbidden"}]
            """);
    Question byName = Question.of("ssm:TerminateSession", SSM + "session/dev-0");
    List<Question.Check> byId =
        List.of(new Question.Check("ssm:TerminateSession", SSM + "session/" + dev.userId() + "-0"));

    assertThat(decide(dev, byName)).isInstanceOf(Decision.Denied.class);
    assertThat(decide(dev, byName.or(byId))).isInstanceOf(Decision.Allowed.class);
    assertThat(
            decide(
                dev, Question.of("ssm:TerminateSession", SSM + "session/dev-forbidden").or(byId)))
        .isInstanceOfSatisfying(
            Decision.Denied.class, denied -> assertThat(denied.explicit()).isTrue());
  }

  @Test
  void lenientChecksSufficeUnlessThePolicyThinksOfDocuments() {
    List<Question.Check> node =
        List.of(new Question.Check("ssm:StartSession", SSM + "managed-instance/mi-1"));
    Question strict =
        new Question(
            "ssm:StartSession",
            List.of(SSM + "managed-instance/mi-1", SSM + "document/Shell"),
            Proof.ACCESS_KEY);
    Caller nodesOnly =
        user(
            """
            {"Effect":"Allow","Action":"ssm:StartSession",
             "Resource":"arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1"}
            """);

    assertThat(decide(nodesOnly, strict)).isInstanceOf(Decision.Denied.class);
    assertThat(decide(nodesOnly, strict.orLeniently(node))).isInstanceOf(Decision.Allowed.class);

    Caller namesOne =
        user(
            """
            {"Effect":"Allow","Action":"ssm:StartSession","Resource":
              ["arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1",
               "arn:aws:ssm:us-east-1:123456789012:document/Other"]}
            """);
    assertThat(decide(namesOne, strict.orLeniently(node))).isInstanceOf(Decision.Denied.class);

    Caller denied =
        user(
            """
            [{"Effect":"Allow","Action":"ssm:StartSession",
              "Resource":"arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1"},
             {"Effect":"Deny","Action":"ssm:StartSession",
              "Resource":"arn:aws:ssm:us-east-1:123456789012:document/Shell"}]
            """);
    assertThat(decide(denied, strict.orLeniently(node))).isInstanceOf(Decision.Denied.class);
  }

  @Test
  void boundaryLimitsWhatAUserIsAllowed() {
    Caller dev = user("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}");
    assertThat(allows(dev, "iam:CreateUser", Proof.ACCESS_KEY)).isTrue();

    store
        .principalPolicies()
        .setBoundary(
            IamEntity.USER,
            "dev",
            Optional.of("arn:aws:iam::aws:policy/AmazonSSMFullAccess"),
            arn -> ManagedPolicies.find(arn).isPresent());

    assertThat(allows(dev, "iam:CreateUser", Proof.ACCESS_KEY)).isFalse();
    assertThat(allows(dev, "ssm:StartSession", Proof.ACCESS_KEY)).isTrue();
  }

  private Decision decide(Caller caller, Question question) {
    return gate.decide(caller, question, Map.of());
  }

  /** The user dev, who has these statements and no others. */
  private Caller user(String statements) {
    store.users().create("dev", "/", Optional.empty(), Map.of(), arn -> false);
    String document = "{\"Version\":\"2012-10-17\",\"Statement\":" + statements + "}";
    assertThat(store.principalPolicies().putInline(IamEntity.USER, "dev", "p", document, 2048))
        .isEqualTo(PrincipalChange.DONE);
    String id = store.principalPolicies().find(IamEntity.USER, "dev").orElseThrow().id();
    return new Caller.User("arn:aws:iam::123456789012:user/dev", id, "dev", "AKIADEV");
  }

  private boolean allows(Caller caller, String action, Proof proof) {
    return gate.decide(caller, new Question(action, List.of("*"), proof), Map.of())
        instanceof Decision.Allowed;
  }
}
