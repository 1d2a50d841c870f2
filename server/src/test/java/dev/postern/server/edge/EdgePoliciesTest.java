package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.service.NextToken;
import dev.postern.server.service.iam.Iam;
import dev.postern.server.store.IamEntity;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsRequest;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;
import software.amazon.awssdk.services.iam.model.PolicyScopeType;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.SummaryKeyType;
import software.amazon.awssdk.services.iam.model.Tag;

/** Managed policies, simulation and the account, as an SDK's client sees them. */
final class EdgePoliciesTest {
  private static final String ALLOW =
      """
      {"Version":"2012-10-17","Statement":{"Sid":"Start","Effect":"Allow",
        "Action":"ssm:StartSession","Resource":"arn:aws:ssm:*:*:managed-instance/*"}}
      """;
  private static final String ARN = "arn:aws:iam::123456789012:policy/team/Start";

  @TempDir Path directory;
  private EdgeFixture fixture;
  private SdkDoor door;
  private IamClient iam;

  @BeforeEach
  void open() throws Exception {
    fixture =
        new EdgeFixture(
            directory,
            (probes, store) ->
                List.of(Iam.service(EdgeFixture.ACCOUNT, store, new NextToken(new byte[32]))));
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    door = new SdkDoor(fixture.edge);
    iam =
        door.client(
            IamClient.builder(), fixture.admin.accessKeyId(), fixture.admin.secretAccessKey());
  }

  @AfterEach
  void close() {
    iam.close();
    door.close();
    fixture.close();
  }

  private void create() {
    iam.createPolicy(
        r -> r.policyName("Start").path("/team/").description("Nodes").policyDocument(ALLOW));
  }

  private void createUser(String name) {
    fixture.store.users().create(name, "/", Optional.empty(), Map.of(), arn -> false);
  }

  private static void assertError(String code, int status, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            error -> {
              assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.awsErrorDetails().errorMessage()).contains(message);
            });
  }

  @Test
  void policyIsMadeReadAndDeleted() {
    create();

    Policy policy = iam.getPolicy(r -> r.policyArn(ARN)).policy();
    assertThat(policy.policyName()).isEqualTo("Start");
    assertThat(policy.path()).isEqualTo("/team/");
    assertThat(policy.description()).isEqualTo("Nodes");
    assertThat(policy.policyId()).startsWith("ANPA");
    assertThat(policy.defaultVersionId()).isEqualTo("v1");
    assertThat(policy.attachmentCount()).isZero();
    assertThat(policy.isAttachable()).isTrue();
    PolicyVersion version =
        iam.getPolicyVersion(r -> r.policyArn(ARN).versionId("v1")).policyVersion();
    assertThat(version.document()).doesNotContain("{", " ");
    assertThat(URLDecoder.decode(version.document(), StandardCharsets.UTF_8)).isEqualTo(ALLOW);

    iam.deletePolicy(r -> r.policyArn(ARN));

    assertError(
        "NoSuchEntity",
        404,
        "Policy " + ARN + " was not found.",
        () -> iam.getPolicy(r -> r.policyArn(ARN)));
  }

  @Test
  void namesAreTakenWithoutRegardToCaseAndPath() {
    create();

    assertError(
        "EntityAlreadyExists",
        409,
        "A policy called sTART already exists. Duplicate names are not allowed.",
        () -> iam.createPolicy(r -> r.policyName("sTART").policyDocument(ALLOW)));
  }

  @Test
  void malformedPoliciesAreRefusedAndChangeNothing() {
    assertError(
        "MalformedPolicyDocument",
        400,
        "",
        () -> iam.createPolicy(r -> r.policyName("p").policyDocument("{\"Version\":1}")));
    assertError(
        "MalformedPolicyDocument",
        400,
        "",
        () -> iam.createPolicy(r -> r.policyName("p").policyDocument(ALLOW.replace("}}", "}"))));
    assertError(
        "LimitExceeded",
        409,
        "Cannot exceed quota for PolicySize: 6144",
        () ->
            iam.createPolicy(r ->
                r.policyName("p")
                    .policyDocument(ALLOW.replace("Start\"", "x".repeat(6200) + "\""))));
    assertError(
        "ValidationError",
        400,
        "policyName",
        () -> iam.createPolicy(r -> r.policyName("a b").policyDocument(ALLOW)));
    assertError(
        "ValidationError",
        400,
        "Invalid ARN:  Could not be parsed!",
        () -> iam.getPolicy(r -> r.policyArn("x".repeat(30))));

    assertThat(iam.listPolicies(r -> r.scope(PolicyScopeType.LOCAL)).policies()).isEmpty();
  }

  @Test
  void atMostFiveVersionsAreKeptAndTheirNumbersAreNotGivenAgain() {
    create();
    for (int i = 2; i <= 5; i++) {
      iam.createPolicyVersion(r -> r.policyArn(ARN).policyDocument(ALLOW).setAsDefault(true));
    }
    assertError(
        "LimitExceeded",
        409,
        "A managed policy can have up to 5 versions.",
        () -> iam.createPolicyVersion(r -> r.policyArn(ARN).policyDocument(ALLOW)));
    assertError(
        "DeleteConflict",
        409,
        "Cannot delete the default version of a policy.",
        () -> iam.deletePolicyVersion(r -> r.policyArn(ARN).versionId("v5")));

    iam.deletePolicyVersion(r -> r.policyArn(ARN).versionId("v4"));
    iam.createPolicyVersion(r -> r.policyArn(ARN).policyDocument(ALLOW));

    assertThat(iam.listPolicyVersionsPaginator(r -> r.policyArn(ARN).maxItems(2)).versions())
        .extracting(PolicyVersion::versionId)
        .containsExactly("v6", "v5", "v3", "v2", "v1");
    iam.setDefaultPolicyVersion(r -> r.policyArn(ARN).versionId("v6"));
    assertThat(iam.getPolicy(r -> r.policyArn(ARN)).policy().defaultVersionId()).isEqualTo("v6");
    assertError(
        "NoSuchEntity",
        404,
        "version v4",
        () -> iam.setDefaultPolicyVersion(r -> r.policyArn(ARN).versionId("v4")));
    assertError("DeleteConflict", 409, "versions", () -> iam.deletePolicy(r -> r.policyArn(ARN)));
  }

  @Test
  void policiesInUseAreNotDeleted() {
    create();
    createUser("dev");
    fixture.store.principalPolicies().attach(IamEntity.USER, "dev", ARN, arn -> false);

    assertError(
        "DeleteConflict",
        409,
        "Cannot delete a policy attached to entities.",
        () -> iam.deletePolicy(r -> r.policyArn(ARN)));
    assertThat(iam.getPolicy(r -> r.policyArn(ARN)).policy().attachmentCount()).isEqualTo(1);
    assertThat(
            iam.listEntitiesForPolicy(r -> r.policyArn(ARN).entityFilter(EntityType.USER))
                .policyUsers())
        .singleElement()
        .satisfies(user -> assertThat(user.userName()).isEqualTo("dev"));
  }

  @Test
  void awsPoliciesAreListedAndStayAsTheyAre() {
    String aws = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";

    assertThat(iam.listPolicies(r -> r.scope(PolicyScopeType.AWS)).policies())
        .extracting(Policy::policyName)
        .contains(
            "AdministratorAccess",
            "AmazonSSMFullAccess",
            "AmazonSSMManagedEC2InstanceDefaultPolicy",
            "AmazonSSMManagedInstanceCore",
            "AmazonSSMReadOnlyAccess",
            "CloudWatchAgentServerPolicy",
            "ReadOnlyAccess");
    assertThat(iam.getPolicy(r -> r.policyArn(aws)).policy().attachmentCount()).isEqualTo(1);
    assertError("AccessDenied", 403, aws, () -> iam.deletePolicy(r -> r.policyArn(aws)));
    assertError(
        "AccessDenied",
        403,
        aws,
        () -> iam.createPolicyVersion(r -> r.policyArn(aws).policyDocument(ALLOW)));
  }

  @Test
  void listsHavePages() {
    for (int i = 0; i < 5; i++) {
      String name = "p" + i;
      iam.createPolicy(r -> r.policyName(name).policyDocument(ALLOW));
    }

    assertThat(
            iam.listPoliciesPaginator(r -> r.scope(PolicyScopeType.LOCAL).maxItems(2)).policies())
        .extracting(Policy::policyName)
        .containsExactly("p0", "p1", "p2", "p3", "p4");
    assertError(
        "ValidationError", 400, "Invalid Marker.", () -> iam.listPolicies(r -> r.marker("bogus")));
    assertThat(iam.listPolicies(r -> r.onlyAttached(true).scope(PolicyScopeType.LOCAL)).policies())
        .isEmpty();
  }

  @Test
  void policiesHaveTags() {
    create();
    iam.tagPolicy(r ->
        r.policyArn(ARN)
            .tags(
                Tag.builder().key("team").value("a").build(),
                Tag.builder().key("Cost").value("").build()));
    iam.untagPolicy(r -> r.policyArn(ARN).tagKeys("Cost"));

    assertThat(iam.listPolicyTags(r -> r.policyArn(ARN)).tags())
        .containsExactly(Tag.builder().key("team").value("a").build());
  }

  @Test
  void simulationDecidesAsCallsAreDecided() {
    create();
    createUser("dev");
    fixture.store.principalPolicies().attach(IamEntity.USER, "dev", ARN, arn -> false);
    String user = "arn:aws:iam::123456789012:user/dev";

    List<EvaluationResult> results =
        iam.simulatePrincipalPolicy(r ->
                r.policySourceArn(user)
                    .actionNames("ssm:StartSession", "ssm:SendCommand")
                    .resourceArns("arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1"))
            .evaluationResults();

    assertThat(results)
        .extracting(EvaluationResult::evalDecision)
        .containsExactly(
            PolicyEvaluationDecisionType.ALLOWED, PolicyEvaluationDecisionType.IMPLICIT_DENY);
    assertThat(results.getFirst().matchedStatements())
        .singleElement()
        .satisfies(statement -> assertThat(statement.startPosition().line()).isEqualTo(1));
    assertThat(
            iam.simulateCustomPolicy(r ->
                    r.policyInputList(ALLOW, ALLOW.replace("Allow", "Deny"))
                        .actionNames("ssm:StartSession")
                        .resourceArns("arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-1"))
                .evaluationResults())
        .extracting(EvaluationResult::evalDecision)
        .containsExactly(PolicyEvaluationDecisionType.EXPLICIT_DENY);
    assertThat(
            iam.getContextKeysForCustomPolicy(r ->
                    r.policyInputList(
                        ALLOW.replace(
                            "}}", ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":true}}}}")))
                .contextKeyNames())
        .containsExactly("aws:SecureTransport");
    assertError(
        "NoSuchEntity",
        404,
        "",
        () ->
            iam.simulatePrincipalPolicy(
                r -> r.policySourceArn(user + "2").actionNames("ssm:StartSession")));
  }

  @Test
  void accountHasAnAliasASummaryAndDetails() {
    create();
    createUser("dev");
    iam.createAccountAlias(r -> r.accountAlias("example-org"));
    assertThat(iam.listAccountAliases().accountAliases()).containsExactly("example-org");
    assertError("ValidationError", 400, "", () -> iam.createAccountAlias(r -> r.accountAlias("A")));
    iam.deleteAccountAlias(r -> r.accountAlias("example-org"));
    assertThat(iam.listAccountAliases().accountAliases()).isEmpty();

    assertThat(iam.getAccountSummary().summaryMap())
        .containsEntry(SummaryKeyType.USERS, 2)
        .containsEntry(SummaryKeyType.POLICIES, 1);

    var details =
        iam.getAccountAuthorizationDetailsPaginator(
            GetAccountAuthorizationDetailsRequest.builder().maxItems(1).build());
    assertThat(details.userDetailList()).extracting("userName").containsExactly("admin", "dev");
    assertThat(details.roleDetailList()).extracting("roleName").contains("SSMServiceRole");
    assertThat(details.policies()).extracting("policyName").contains("Start");
  }

  @Test
  void everythingNeedsItsRight() {
    createUser("dev");
    var key = fixture.store.accessKeys().createForUser("dev");
    try (IamClient dev = door.client(IamClient.builder(), key.accessKeyId(), key.secret())) {
      assertError(
          "AccessDenied",
          403,
          "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:GetPolicy on"
              + " resource: "
              + ARN
              + " because no identity-based policy allows the iam:GetPolicy action",
          () -> dev.getPolicy(r -> r.policyArn(ARN)));
    }
  }
}
