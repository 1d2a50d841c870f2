package dev.postern.server.access.policy;

import static dev.postern.server.access.policy.Samples.ACCOUNT;
import static dev.postern.server.access.policy.Samples.ALICE;
import static dev.postern.server.access.policy.Samples.BOB;
import static dev.postern.server.access.policy.Samples.ROLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrincipalTest {
  private static boolean trusts(String principal, PolicyPrincipal caller) {
    return trusts(principal, caller, Map.of());
  }

  private static boolean trusts(
      String principal, PolicyPrincipal caller, Map<String, String> uniqueIds) {
    return Samples.allows(
        Samples.trust(
            uniqueIds,
            "{'Effect':'Allow','Principal':" + principal + ",'Action':'sts:AssumeRole'}"),
        Samples.request(caller, "sts:AssumeRole", ROLE));
  }

  private static boolean denies(String element, PolicyPrincipal caller) {
    PolicySet set =
        Samples.bucket("{'Effect':'Deny'," + element + ",'Action':'s3:*','Resource':'*'}");
    return Evaluator.evaluate(set, Samples.request(caller, "s3:GetObject", "arn:aws:s3:::b/x"))
        instanceof Verdict.ExplicitDeny;
  }

  @Test
  void usersAndRolesAreNamedByArn() {
    assertThat(trusts("{'AWS':'" + ALICE.arn() + "'}", ALICE)).isTrue();
    assertThat(trusts("{'AWS':'" + ALICE.arn() + "x'}", ALICE)).isFalse();
    assertThat(trusts("{'AWS':['" + ALICE.arn() + "','" + ROLE + "']}", BOB)).isTrue();
    assertThat(trusts("{'AWS':'" + BOB.arn() + "'}", BOB)).isTrue();
    assertThat(trusts("{'AWS':'" + BOB.arn() + "by'}", BOB)).isFalse();
    assertThat(trusts("'*'", BOB)).isTrue();
    assertThat(trusts("{'AWS':'*'}", ALICE)).isTrue();
  }

  @Test
  void accountDelegatesToIdentityPolicies() {
    String byNumber =
        "{'Effect':'Allow','Principal':{'AWS':'" + ACCOUNT + "'},'Action':'sts:AssumeRole'}";
    PolicySet trust = Samples.trust(Map.of(), byNumber);
    PolicySet own = Samples.set("{'Effect':'Allow','Action':'sts:*','Resource':'*'}");
    PolicyRequest assume = Samples.request(ALICE, "sts:AssumeRole", ROLE);

    assertThat(Samples.allows(trust, assume)).isFalse();
    assertThat(Samples.allows(own.withResource(trust.resource().orElseThrow()), assume)).isTrue();
  }

  @Test
  void principalMadeAnewInheritsNoTrust() {
    Map<String, String> ids = Map.of(ROLE, "AROAOPS", ALICE.arn(), "AIDAEARLIER");

    assertThat(trusts("{'AWS':'" + ROLE + "'}", BOB, ids)).isTrue();
    assertThat(trusts("{'AWS':'" + ALICE.arn() + "'}", ALICE, ids)).isFalse();
  }

  @Test
  void principalKeepsItsTrustUnderAnotherName() {
    String former = "arn:aws:iam::" + ACCOUNT + ":user/al";
    String session = "arn:aws:sts::" + ACCOUNT + ":assumed-role/other/morning";

    assertThat(trusts("{'AWS':'" + former + "'}", ALICE, Map.of(former, ALICE.uniqueId())))
        .isTrue();
    assertThat(trusts("{'AWS':'" + session + "'}", BOB, Map.of(session, BOB.uniqueId())))
        .as("one session of a role is not the role")
        .isFalse();
  }

  @Test
  void principalMayBeNamedByUniqueId() {
    var carol =
        new PolicyPrincipal.User(
            "arn:aws:iam::" + ACCOUNT + ":user/carol", ACCOUNT, "AIDA2345678901234567");

    assertThat(trusts("{'AWS':'AIDA2345678901234567'}", carol)).isTrue();
    assertThat(trusts("{'AWS':'AIDA2345678901234567'}", ALICE)).isFalse();
  }

  @Test
  void servicesAndProvidersAreNamedByThemselves() {
    var ec2 = new PolicyPrincipal.Service("ec2.amazonaws.com");
    var provider = new PolicyPrincipal.Federated("arn:aws:iam::1:oidc-provider/idp.example");

    assertThat(trusts("{'Service':['ssm.amazonaws.com','ec2.amazonaws.com']}", ec2)).isTrue();
    assertThat(trusts("{'Service':'ssm.amazonaws.com'}", ec2)).isFalse();
    assertThat(trusts("'*'", ec2)).isFalse();
    assertThat(trusts("{'Federated':'" + provider.provider() + "'}", provider)).isTrue();
    assertThat(trusts("'*'", provider)).isFalse();
    assertThat(denies("'Principal':'*'", ec2)).isTrue();
  }

  @Test
  void everyoneIncludesTheAnonymous() {
    PolicySet open =
        Samples.bucket("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'*'}");
    var nobody = new PolicyPrincipal.Anonymous();

    assertThat(Samples.allows(open, Samples.request(nobody, "s3:GetObject", "arn:aws:s3:::b/x")))
        .isTrue();
    assertThat(
            Samples.allows(
                PolicySet.EMPTY, Samples.request(nobody, "s3:GetObject", "arn:aws:s3:::b/x")))
        .isFalse();
  }

  @Test
  void notPrincipalSparesThoseListed() {
    assertThat(denies("'NotPrincipal':{'AWS':'" + ALICE.arn() + "'}", ALICE)).isFalse();
    assertThat(denies("'NotPrincipal':{'AWS':'" + ALICE.arn() + "'}", BOB)).isTrue();
    assertThat(denies("'NotPrincipal':{'AWS':'" + ROLE + "'}", BOB)).isFalse();
    assertThat(denies("'NotPrincipal':{'AWS':'" + ACCOUNT + "'}", ALICE)).isTrue();
    assertThat(
            denies("'NotPrincipal':{'AWS':'" + ACCOUNT + "'}", new PolicyPrincipal.Root(ACCOUNT)))
        .isFalse();
  }

  @Test
  void bothAccountsHaveToAllow() {
    var visitor =
        new PolicyPrincipal.User("arn:aws:iam::999999999999:user/v", "999999999999", "AIDAVISITOR");
    ResourceSide open =
        Samples.bucket(
                "{'Effect':'Allow','Principal':{'AWS':'999999999999'},"
                    + "'Action':'s3:*','Resource':'*'}")
            .resource()
            .orElseThrow();
    var closed = new ResourceSide(Optional.empty(), ACCOUNT, false);
    PolicySet own = Samples.set("{'Effect':'Allow','Action':'s3:*','Resource':'*'}");
    PolicyRequest get = Samples.request(visitor, "s3:GetObject", "arn:aws:s3:::b/x");

    assertThat(Samples.allows(own.withResource(open), get)).isTrue();
    assertThat(Samples.allows(own.withResource(closed), get)).isFalse();
    assertThat(Samples.allows(PolicySet.EMPTY.withResource(open), get)).isFalse();
  }

  @Test
  void namedPrincipalsAreToldForResolution() throws MalformedPolicyException {
    String text =
        Samples.json(
            "{'Effect':'Allow','Principal':{'AWS':['"
                + ROLE
                + "','"
                + ACCOUNT
                + "','*']},'Action':'sts:AssumeRole'}");

    assertThat(PolicyDocument.parse(text, PolicyDocument.Kind.TRUST).principalArns())
        .containsExactly(ROLE);
  }
}
