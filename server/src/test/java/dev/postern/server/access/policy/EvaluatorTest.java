package dev.postern.server.access.policy;

import static dev.postern.server.access.policy.Samples.ACCOUNT;
import static dev.postern.server.access.policy.Samples.ALICE;
import static dev.postern.server.access.policy.Samples.BOB;
import static dev.postern.server.access.policy.Samples.NODE;
import static dev.postern.server.access.policy.Samples.ROLE;
import static dev.postern.server.access.policy.Samples.request;
import static dev.postern.server.access.policy.Samples.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Action;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final String ALLOW_ALL = "{'Effect':'Allow','Action':'*','Resource':'*'}";
  private static final String DENY_SSM = "{'Effect':'Deny','Action':'ssm:*','Resource':'*'}";
  private static final PolicyRequest START = request(ALICE, "ssm:StartSession", NODE);

  private static Layer missing(PolicySet set, PolicyRequest request) {
    return ((Verdict.ImplicitDeny) Evaluator.evaluate(set, request)).layer();
  }

  private static Layer denying(PolicySet set, PolicyRequest request) {
    return ((Verdict.ExplicitDeny) Evaluator.evaluate(set, request)).statement().layer();
  }

  @Test
  void layerWithoutAllowIsNamed() {
    PolicySet all = set(ALLOW_ALL);
    AttachedPolicy other = Samples.identity("{'Effect':'Allow','Action':'s3:*','Resource':'*'}");

    assertThat(missing(PolicySet.EMPTY, START)).isEqualTo(Layer.IDENTITY);
    assertThat(missing(all.withBoundary(other), START)).isEqualTo(Layer.BOUNDARY);
    assertThat(missing(all.withSession(List.of(other)), START)).isEqualTo(Layer.SESSION);
    assertThat(
            missing(
                all.withResource(new ResourceSide(Optional.empty(), "999999999999", false)), START))
        .isEqualTo(Layer.RESOURCE);
  }

  @Test
  void denyWinsInEveryLayer() {
    PolicySet all = set(ALLOW_ALL);
    AttachedPolicy deny = Samples.identity(ALLOW_ALL, DENY_SSM);
    PolicySet bucket =
        Samples.bucket("{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}");

    assertThat(denying(set(ALLOW_ALL, DENY_SSM), START)).isEqualTo(Layer.IDENTITY);
    assertThat(denying(all.withBoundary(deny), START)).isEqualTo(Layer.BOUNDARY);
    assertThat(denying(all.withSession(List.of(deny)), START)).isEqualTo(Layer.SESSION);
    assertThat(denying(all.withResource(bucket.resource().orElseThrow()), START))
        .isEqualTo(Layer.RESOURCE);
  }

  @Test
  void allowedTellsTheStatementOfEachLayer() {
    PolicySet set = set(ALLOW_ALL).withBoundary(Samples.identity(ALLOW_ALL));

    var allowed = (Verdict.Allowed) Evaluator.evaluate(set, START);

    assertThat(allowed.statements())
        .extracting(Verdict.Match::layer)
        .containsExactly(Layer.IDENTITY, Layer.BOUNDARY);
  }

  @Test
  void oneOfSeveralSessionPoliciesSuffices() {
    PolicySet set =
        set(ALLOW_ALL)
            .withSession(
                List.of(
                    Samples.identity("{'Effect':'Allow','Action':'s3:*','Resource':'*'}"),
                    Samples.identity(ALLOW_ALL)));

    assertThat(Samples.allows(set, START)).isTrue();
  }

  @Test
  void grantOfAResourceStaysWithinBoundaryAndSession() {
    PolicySet bucket =
        Samples.bucket(
            "{'Effect':'Allow','Principal':{'AWS':'" + ROLE + "'},'Action':'s3:*','Resource':'*'}");
    PolicyRequest get = request(BOB, "s3:GetObject", "arn:aws:s3:::b/x");
    AttachedPolicy ssmOnly = Samples.identity("{'Effect':'Allow','Action':'ssm:*','Resource':'*'}");

    assertThat(Samples.allows(bucket, get)).isTrue();
    assertThat(missing(bucket.withBoundary(ssmOnly), get)).isEqualTo(Layer.BOUNDARY);
    assertThat(missing(bucket.withSession(List.of(ssmOnly)), get)).isEqualTo(Layer.SESSION);
  }

  @Test
  void rootIsLimitedByTheResourceAlone() {
    var root = new PolicyPrincipal.Root(ACCOUNT);
    PolicySet denying =
        Samples.bucket(
            "{'Effect':'Deny','Principal':{'AWS':'"
                + ACCOUNT
                + "'},'Action':'s3:*','Resource':'*'}");

    assertThat(Samples.allows(PolicySet.EMPTY, request(root, "ssm:StartSession", NODE))).isTrue();
    assertThat(denying(denying, request(root, "s3:GetObject", "arn:aws:s3:::b/x")))
        .isEqualTo(Layer.RESOURCE);
    assertThat(
            missing(
                PolicySet.EMPTY.withResource(
                    new ResourceSide(Optional.empty(), "999999999999", false)),
                request(root, "ssm:StartSession", NODE)))
        .isEqualTo(Layer.RESOURCE);
  }

  @Test
  void equivalentAccountsCountForAllowAndDeny() {
    String shortArn = "arn:aws:ec2:us-east-1:123456789:instance/*";
    var accounts = new EquivalentAccounts(ACCOUNT, Set.of("123456789"));
    PolicySet allow = set("{'Effect':'Allow','Action':'ssm:*','Resource':'" + shortArn + "'}");
    PolicySet deny =
        set(ALLOW_ALL, "{'Effect':'Deny','Action':'ssm:*','Resource':'" + shortArn + "'}");
    PolicySet except = set("{'Effect':'Allow','Action':'ssm:*','NotResource':'" + shortArn + "'}");

    assertThat(Samples.allows(allow, START)).isFalse();
    assertThat(Samples.allows(allow.withAccounts(accounts), START)).isTrue();
    assertThat(Samples.allows(deny.withAccounts(accounts), START)).isFalse();
    assertThat(Samples.allows(except.withAccounts(accounts), START)).isFalse();
    assertThat(
            Samples.allows(
                allow.withAccounts(accounts),
                request(ALICE, "ssm:StartSession", NODE.replace(ACCOUNT, "999999999999"))))
        .isFalse();
  }

  @Test
  void equivalentAccountsHoldNeitherForPrincipalsNorForTheResourcesPolicy() {
    var accounts = new EquivalentAccounts(ACCOUNT, Set.of("123456789"));
    PolicySet trust =
        Samples.trust(
                Map.of(),
                "{'Effect':'Allow','Principal':{'AWS':'123456789'},'Action':'sts:AssumeRole'}")
            .withAccounts(accounts);
    PolicySet key =
        Samples.bucket(
                "{'Effect':'Allow','Principal':'*','Action':'*',"
                    + "'Resource':'arn:aws:ec2:us-east-1:123456789:instance/*'}")
            .withAccounts(accounts);

    assertThat(
            Samples.allows(
                new PolicySet(
                    set(ALLOW_ALL).identity(),
                    Optional.empty(),
                    List.of(),
                    trust.resource(),
                    accounts),
                request(ALICE, "sts:AssumeRole", ROLE)))
        .isFalse();
    assertThat(Samples.allows(key, START)).isFalse();
  }

  @Test
  void starAloneMatchesOperationsWithoutResource() {
    PolicyRequest describe = request(ALICE, "ssm:DescribeSessions", PolicyRequest.NO_RESOURCE);

    assertThat(Samples.allows(set(ALLOW_ALL), describe)).isTrue();
    assertThat(
            Samples.allows(
                set("{'Effect':'Allow','Action':'*','Resource':'arn:*:*:*:*:*'}"), describe))
        .isFalse();
  }

  @Test
  void namedDocumentIsSeen() {
    Action start = Action.parse("ssm:StartSession");
    String document = "arn:aws:ssm:*::document/AWS-StartSSHSession";

    assertThat(
            Evaluator.namesDocument(
                set("{'Effect':'Allow','Action':'ssm:*','Resource':['*','" + document + "']}"),
                start))
        .isTrue();
    assertThat(Evaluator.namesDocument(set(ALLOW_ALL), start)).isFalse();
    assertThat(
            Evaluator.namesDocument(
                set(
                    "{'Effect':'Deny','Action':'ssm:*','Resource':'" + document + "'}",
                    "{'Effect':'Allow','Action':'ssm:Get*','Resource':'" + document + "'}",
                    "{'Effect':'Allow','Action':'ssm:*','NotResource':'" + document + "'}"),
                start))
        .isFalse();
  }

  @Test
  void matchingStatementsAreAllOfThem() {
    PolicySet set = set(ALLOW_ALL, DENY_SSM, "{'Effect':'Allow','Action':'s3:*','Resource':'*'}");

    assertThat(Evaluator.matchingStatements(set, START))
        .extracting(match -> match.statement().effect())
        .containsExactly(Effect.ALLOW, Effect.DENY);
  }

  @Test
  void layersTakeTheirKindOnly() {
    AttachedPolicy trust = Samples.trust(Map.of(), trusting("*")).resource().get().policy().get();

    assertThatThrownBy(() -> PolicySet.ofIdentity(List.of(trust)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new ResourceSide(Optional.of(Samples.identity(ALLOW_ALL)), ACCOUNT, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String trusting(String account) {
    return "{'Effect':'Allow','Principal':{'AWS':'" + account + "'},'Action':'sts:AssumeRole'}";
  }
}
