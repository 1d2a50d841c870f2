package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Timestamps;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestIdentities;
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

final class RoleTrustTest {
  private static final String ACCOUNT = "123456789012";
  private static final String ARN = "arn:aws:iam::" + ACCOUNT + ":role/Target";
  private static final Caller ANN = user("ann", "AIDAANN");
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"%s","Principal":{%s},\
      "Action":"sts:AssumeRole"%s}]}\
      """;
  private static final String NAMED = "\"AWS\":\"arn:aws:iam::123456789012:user/ann\"";
  private static final String ROOT = "\"AWS\":\"arn:aws:iam::123456789012:root\"";

  @TempDir Path directory;
  private TestStore clock;
  private Store store;
  private TestIdentities identities;
  private RoleTrust trust;
  private Gate gate;

  @BeforeEach
  void open() throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    identities = new TestIdentities(clock);
    identities.user("ann", "AIDAANN");
    var names = new PrincipalNames(ACCOUNT, "us-east-1");
    trust = new RoleTrust(store, names);
    gate = new Gate(new PolicySets(store, names, Set.of()));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Caller user(String name, String id) {
    return new Caller.User("arn:aws:iam::" + ACCOUNT + ":user/" + name, id, name, "AKIA");
  }

  private Decision decide(Caller caller, Map<String, List<String>> keys) {
    return gate.decide(
        caller,
        new Question(
            List.of(
                new Question.Check(
                    "sts:AssumeRole", ARN, keys, Optional.of(trust.side(trust.find(ARN))))),
            Question.Proof.ACCESS_KEY),
        Map.of());
  }

  private boolean allows(Caller caller) {
    return decide(caller, Map.of()) instanceof Decision.Allowed;
  }

  private void role(String effect, String principal, String rest) throws Exception {
    identities.role("Target", "AROATARGET", TRUST.formatted(effect, principal, rest));
  }

  private void policyOfAnn(String effect) throws Exception {
    identities.policy(
        "user",
        "ann",
        effect,
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"%s","Action":"sts:AssumeRole","Resource":"%s"}]}
        """
            .formatted(effect, ARN));
  }

  @Test
  void trustThatNamesTheUserSuffices() throws Exception {
    role("Allow", NAMED, "");

    assertThat(allows(ANN)).isTrue();
    assertThat(allows(user("bob", "AIDABOB"))).isFalse();
  }

  @Test
  void trustThatNamesTheAccountLeavesItToTheUsersPolicies() throws Exception {
    role("Allow", ROOT, "");
    assertThat(allows(ANN)).isFalse();

    policyOfAnn("Allow");
    assertThat(allows(ANN)).isTrue();
  }

  @Test
  void policiesOfTheUserAloneDoNotSuffice() throws Exception {
    role("Allow", "\"AWS\":\"arn:aws:iam::123456789012:user/bob\"", "");
    policyOfAnn("Allow");

    assertThat(allows(ANN)).isFalse();
  }

  @Test
  void denyOfEitherSideIsFinal() throws Exception {
    role("Allow", NAMED, "");
    policyOfAnn("Deny");

    assertThat(allows(ANN)).isFalse();
  }

  @Test
  void denyOfTheTrustPolicyIsFinal() throws Exception {
    role("Deny", NAMED, "");
    policyOfAnn("Allow");

    assertThat(allows(ANN)).isFalse();
  }

  @Test
  void rolesTrustNobodyByThemselves() throws Exception {
    role("Allow", NAMED, "");
    Caller itself =
        new Caller.RoleSession(
            "arn:aws:sts::123456789012:assumed-role/Target/x",
            "AROATARGET:x",
            ARN,
            "Target",
            "x",
            "ASIA",
            Optional.empty());

    assertThat(allows(itself)).isFalse();
  }

  @Test
  void refusalDoesNotTellWhetherTheRoleExists() throws Exception {
    String without = refusal();
    policyOfAnn("Allow");
    String unknown = refusal();
    role("Deny", ROOT, "");
    String denied = refusal();

    assertThat(without)
        .isEqualTo(
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform:"
                + " sts:AssumeRole on resource: "
                + ARN)
        .isEqualTo(unknown)
        .isEqualTo(denied);
  }

  private String refusal() {
    return Gate.refusal(ANN, (Decision.Denied) decide(ANN, Map.of())).message();
  }

  @Test
  void principalMadeAnewDoesNotInheritTrust() throws Exception {
    identities.role(
        "Target",
        "AROATARGET",
        TRUST.formatted("Allow", NAMED, ""),
        "{\"arn:aws:iam::123456789012:user/ann\":\"AIDAOLD\"}");

    assertThat(allows(ANN)).isFalse();
    assertThat(allows(user("ann", "AIDAOLD"))).isTrue();
  }

  @Test
  void conditionsSeeTheKeysOfTheCall() throws Exception {
    role(
        "Allow",
        NAMED,
        ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"x1\","
            + "\"aws:PrincipalTag/team\":\"red\"}}");
    identities.tag("user", "ann", "team", "red");

    assertThat(allows(ANN)).isFalse();
    assertThat(decide(ANN, Map.of("sts:ExternalId", List.of("x1"))))
        .isInstanceOf(Decision.Allowed.class);
  }

  @Test
  void onlyTheWholeArnFindsTheRole() throws Exception {
    role("Allow", NAMED, "");

    assertThat(trust.find(ARN)).isPresent();
    for (String other :
        List.of(
            "Target",
            "arn:aws:iam::123456789012:user/Target",
            "arn:aws:iam::123456789012:role/path/Target",
            "arn:aws:iam::123456789012:role/target",
            "arn:aws:iam::999999999999:role/Target")) {
      assertThat(trust.find(other)).as(other).isEmpty();
    }
  }

  @Test
  void servicesAreAdmittedByNameAndBySource() throws Exception {
    String source = "arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1";
    assertThat(trust.admitsService(Store.NODE_ROLE, "ssm.amazonaws.com", source, clock.now()))
        .isTrue();
    assertThat(trust.admitsService(Store.NODE_ROLE, "ec2.amazonaws.com", source, clock.now()))
        .isFalse();
    assertThat(trust.admitsService("Gone", "ssm.amazonaws.com", source, clock.now())).isFalse();

    role(
        "Allow",
        "\"Service\":\"ssm.amazonaws.com\"",
        ",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"123456789012\"},"
            + "\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:ssm:us-east-1:123456789012:*\"},"
            + "\"DateLessThan\":{\"aws:CurrentTime\":\""
            + Timestamps.iso8601(clock.now().plusSeconds(10))
            + "\"}}");
    assertThat(trust.admitsService("target", "ssm.amazonaws.com", source, clock.now())).isTrue();
    assertThat(
            trust.admitsService(
                "Target",
                "ssm.amazonaws.com",
                "arn:aws:ssm:eu-west-1:123456789012:managed-instance/mi-1",
                clock.now()))
        .isFalse();
    assertThat(
            trust.admitsService("Target", "ssm.amazonaws.com", source, clock.now().plusSeconds(10)))
        .isFalse();
  }
}
