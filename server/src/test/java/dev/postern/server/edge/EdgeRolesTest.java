package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.service.iam.Iam;
import dev.postern.server.store.Store;
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
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Roles, instance profiles and OpenID Connect providers, as an SDK's client sees them. */
final class EdgeRolesTest {
  private static final String EC2 =
      """
      {"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}
      """;
  private static final String ALLOW =
      """
      {"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Action":"iam:GetRole","Resource":"*"}}
      """;
  private static final String THUMBPRINT = "a".repeat(40);
  private static final String PROVIDER =
      "arn:aws:iam::123456789012:oidc-provider/idp.example.org/realm";

  @TempDir Path directory;
  private EdgeFixture fixture;
  private SdkDoor door;
  private IamClient iam;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory, (probes, store) -> services(store));
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    door = new SdkDoor(fixture.edge);
    iam =
        door.client(
            IamClient.builder(), fixture.admin.accessKeyId(), fixture.admin.secretAccessKey());
  }

  private static List<Service> services(Store store) {
    return List.of(Iam.service(EdgeFixture.ACCOUNT, store, new NextToken(new byte[32])));
  }

  @AfterEach
  void close() {
    iam.close();
    door.close();
    fixture.close();
  }

  private void create(String name) {
    iam.createRole(r -> r.roleName(name).assumeRolePolicyDocument(EC2));
  }

  private static String trust(String principalArn) {
    return EC2.replace("{\"Service\":\"ec2.amazonaws.com\"}", "{\"AWS\":\"" + principalArn + "\"}");
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
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
  void roleIsMadeReadChangedAndDeleted() {
    Role made =
        iam.createRole(r ->
                r.roleName("Ops")
                    .path("/team/")
                    .assumeRolePolicyDocument(EC2)
                    .description("For the night")
                    .maxSessionDuration(7200)
                    .tags(tag("team", "ops")))
            .role();
    assertThat(made.arn()).isEqualTo("arn:aws:iam::123456789012:role/team/Ops");
    assertThat(made.roleId()).startsWith("AROA");
    assertThat(URLDecoder.decode(made.assumeRolePolicyDocument(), StandardCharsets.UTF_8))
        .isEqualTo(EC2);

    iam.updateRole(r -> r.roleName("ops").maxSessionDuration(3600));
    iam.updateRoleDescription(r -> r.roleName("ops").description("For the day"));
    Role role = iam.getRole(r -> r.roleName("OPS")).role();
    assertThat(role.description()).isEqualTo("For the day");
    assertThat(role.maxSessionDuration()).isEqualTo(3600);
    assertThat(role.tags()).containsExactly(tag("team", "ops"));
    assertThat(role.roleLastUsed().lastUsedDate()).isNull();

    iam.deleteRole(r -> r.roleName("Ops"));
    assertError(
        "NoSuchEntity",
        404,
        "The role with name Ops cannot be found.",
        () -> iam.getRole(r -> r.roleName("Ops")));
  }

  @Test
  void wrongRolesAreRefusedAndChangeNothing() {
    create("Ops");
    assertError(
        "EntityAlreadyExists", 409, "Role with name OPS already exists.", () -> create("OPS"));
    assertError(
        "MalformedPolicyDocument",
        400,
        "",
        () -> iam.createRole(r -> r.roleName("x").assumeRolePolicyDocument(ALLOW)));
    assertError(
        "MalformedPolicyDocument",
        400,
        "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/gone\"",
        () ->
            iam.createRole(r ->
                r.roleName("x")
                    .assumeRolePolicyDocument(trust("arn:aws:iam::123456789012:user/gone"))));
    assertError(
        "ValidationError",
        400,
        "maxSessionDuration",
        () ->
            iam.createRole(
                r -> r.roleName("x").assumeRolePolicyDocument(EC2).maxSessionDuration(60)));
    assertError(
        "NoSuchEntity",
        404,
        "does not exist or is not attachable",
        () ->
            iam.createRole(r ->
                r.roleName("x")
                    .assumeRolePolicyDocument(EC2)
                    .permissionsBoundary("arn:aws:iam::123456789012:policy/gone")));

    assertThat(iam.listRoles().roles())
        .extracting(Role::roleName)
        .containsExactly("Ops", "SSMServiceRole");
  }

  @Test
  void rolesAreListedByPathAndPage() {
    for (int i = 0; i < 4; i++) {
      String name = "r" + i;
      iam.createRole(r -> r.roleName(name).path("/p/").assumeRolePolicyDocument(EC2));
    }

    assertThat(iam.listRolesPaginator(r -> r.pathPrefix("/p/").maxItems(3)).roles())
        .extracting(Role::roleName)
        .containsExactly("r0", "r1", "r2", "r3");
  }

  @Test
  void policiesBoundaryAndTagsBelongToTheRole() {
    create("Ops");
    iam.putRolePolicy(r -> r.roleName("Ops").policyName("own").policyDocument(ALLOW));
    assertThat(iam.listRolePolicies(r -> r.roleName("Ops")).policyNames()).containsExactly("own");
    assertThat(
            URLDecoder.decode(
                iam.getRolePolicy(r -> r.roleName("Ops").policyName("own")).policyDocument(),
                StandardCharsets.UTF_8))
        .isEqualTo(ALLOW);
    assertError(
        "DeleteConflict",
        409,
        "Cannot delete entity, must delete policies first.",
        () -> iam.deleteRole(r -> r.roleName("Ops")));
    iam.deleteRolePolicy(r -> r.roleName("Ops").policyName("own"));

    String managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    iam.attachRolePolicy(r -> r.roleName("Ops").policyArn(managed));
    assertThat(iam.listAttachedRolePolicies(r -> r.roleName("Ops")).attachedPolicies())
        .singleElement()
        .satisfies(policy -> assertThat(policy.policyArn()).isEqualTo(managed));
    assertError(
        "DeleteConflict",
        409,
        "Cannot delete entity, must detach all policies first.",
        () -> iam.deleteRole(r -> r.roleName("Ops")));
    iam.detachRolePolicy(r -> r.roleName("Ops").policyArn(managed));

    iam.putRolePermissionsBoundary(r -> r.roleName("Ops").permissionsBoundary(managed));
    assertThat(
            iam.getRole(r -> r.roleName("Ops"))
                .role()
                .permissionsBoundary()
                .permissionsBoundaryArn())
        .isEqualTo(managed);
    iam.deleteRolePermissionsBoundary(r -> r.roleName("Ops"));

    iam.tagRole(r -> r.roleName("Ops").tags(tag("a", "1"), tag("b", "2")));
    iam.untagRole(r -> r.roleName("Ops").tagKeys("a"));
    assertThat(iam.listRoleTags(r -> r.roleName("Ops")).tags()).containsExactly(tag("b", "2"));
    iam.deleteRole(r -> r.roleName("Ops"));
  }

  @Test
  void profileHoldsOneRole() {
    create("Ops");
    create("Other");
    InstanceProfile made =
        iam.createInstanceProfile(r -> r.instanceProfileName("Web").tags(tag("k", "v")))
            .instanceProfile();
    assertThat(made.arn()).isEqualTo("arn:aws:iam::123456789012:instance-profile/Web");
    assertThat(made.instanceProfileId()).startsWith("AIPA");
    assertThat(made.roles()).isEmpty();

    iam.addRoleToInstanceProfile(r -> r.instanceProfileName("Web").roleName("Ops"));

    assertThat(iam.getInstanceProfile(r -> r.instanceProfileName("web")).instanceProfile().roles())
        .extracting(Role::roleName)
        .containsExactly("Ops");
    assertThat(iam.listInstanceProfilesForRole(r -> r.roleName("Ops")).instanceProfiles())
        .extracting(InstanceProfile::instanceProfileName)
        .containsExactly("Web");
    assertError(
        "LimitExceeded",
        409,
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        () -> iam.addRoleToInstanceProfile(r -> r.instanceProfileName("Web").roleName("Other")));
    assertError(
        "DeleteConflict",
        409,
        "must remove roles from instance profile first.",
        () -> iam.deleteInstanceProfile(r -> r.instanceProfileName("Web")));
    assertError("DeleteConflict", 409, "", () -> iam.deleteRole(r -> r.roleName("Ops")));
    assertError(
        "NoSuchEntity",
        404,
        "",
        () ->
            iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("Web").roleName("Other")));

    iam.removeRoleFromInstanceProfile(r -> r.instanceProfileName("Web").roleName("Ops"));
    iam.untagInstanceProfile(r -> r.instanceProfileName("Web").tagKeys("k"));
    iam.tagInstanceProfile(r -> r.instanceProfileName("Web").tags(tag("n", "")));
    assertThat(iam.listInstanceProfileTags(r -> r.instanceProfileName("Web")).tags())
        .containsExactly(tag("n", ""));
    iam.deleteInstanceProfile(r -> r.instanceProfileName("Web"));
    assertThat(iam.listInstanceProfiles().instanceProfiles()).isEmpty();
    assertError(
        "NoSuchEntity",
        404,
        "Instance Profile Web cannot be found.",
        () -> iam.getInstanceProfile(r -> r.instanceProfileName("Web")));
  }

  @Test
  void providerIsMadeChangedAndDeleted() {
    iam.createOpenIDConnectProvider(
        r -> r.url("https://idp.example.org/realm").clientIDList("cli").thumbprintList(THUMBPRINT));
    iam.addClientIDToOpenIDConnectProvider(
        r -> r.openIDConnectProviderArn(PROVIDER).clientID("web"));
    iam.removeClientIDFromOpenIDConnectProvider(
        r -> r.openIDConnectProviderArn(PROVIDER).clientID("cli"));
    iam.updateOpenIDConnectProviderThumbprint(
        r -> r.openIDConnectProviderArn(PROVIDER).thumbprintList("b".repeat(40)));
    iam.tagOpenIDConnectProvider(r -> r.openIDConnectProviderArn(PROVIDER).tags(tag("team", "a")));

    GetOpenIdConnectProviderResponse provider =
        iam.getOpenIDConnectProvider(r -> r.openIDConnectProviderArn(PROVIDER));
    assertThat(provider.url()).isEqualTo("idp.example.org/realm");
    assertThat(provider.clientIDList()).containsExactly("web");
    assertThat(provider.thumbprintList()).containsExactly("b".repeat(40));
    assertThat(provider.tags()).containsExactly(tag("team", "a"));
    assertThat(iam.listOpenIDConnectProviders().openIDConnectProviderList())
        .singleElement()
        .satisfies(entry -> assertThat(entry.arn()).isEqualTo(PROVIDER));
    assertError(
        "EntityAlreadyExists",
        409,
        "Provider with url https://idp.example.org/realm already exists.",
        () -> iam.createOpenIDConnectProvider(r -> r.url("https://idp.example.org/realm")));
    assertError(
        "ValidationError",
        400,
        "Invalid Open ID Connect Provider URL",
        () -> iam.createOpenIDConnectProvider(r -> r.url("http://idp.example.org")));

    iam.untagOpenIDConnectProvider(r -> r.openIDConnectProviderArn(PROVIDER).tagKeys("team"));
    assertThat(iam.listOpenIDConnectProviderTags(r -> r.openIDConnectProviderArn(PROVIDER)).tags())
        .isEmpty();
    iam.deleteOpenIDConnectProvider(r -> r.openIDConnectProviderArn(PROVIDER));
    assertError(
        "NoSuchEntity",
        404,
        "OpenIDConnect Provider not found for arn " + PROVIDER,
        () -> iam.getOpenIDConnectProvider(r -> r.openIDConnectProviderArn(PROVIDER)));
  }

  @Test
  void credentialsOfARoleEndWithIt() {
    iam.createRole(r ->
        r.roleName("Ops").assumeRolePolicyDocument(trust("arn:aws:iam::123456789012:user/admin")));
    Credentials issued = assume(fixture.admin.accessKeyId(), fixture.admin.secretAccessKey());
    try (StsClient session = sts(issued)) {
      assertThat(session.getCallerIdentity().arn())
          .isEqualTo("arn:aws:sts::123456789012:assumed-role/Ops/night");

      iam.deleteRole(r -> r.roleName("Ops"));

      assertError("InvalidClientTokenId", 403, "", session::getCallerIdentity);
    }
  }

  @Test
  void roleIsHandedOnByThoseWhoMayPassIt() {
    iam.createRole(r -> r.roleName("Ops").path("/team/").assumeRolePolicyDocument(EC2));
    iam.createInstanceProfile(r -> r.instanceProfileName("Web"));
    iam.createUser(r -> r.userName("dev"));
    iam.putUserPolicy(r ->
        r.userName("dev")
            .policyName("profiles")
            .policyDocument(ALLOW.replace("iam:GetRole", "iam:AddRoleToInstanceProfile")));
    var key = fixture.store.accessKeys().createForUser("dev");
    try (IamClient dev = door.client(IamClient.builder(), key.accessKeyId(), key.secret())) {
      for (String role : List.of("Ops", "Gone")) {
        assertError(
            "AccessDenied",
            403,
            "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:PassRole"
                + " on resource: arn:aws:iam::123456789012:role/"
                + role
                + " because",
            () -> dev.addRoleToInstanceProfile(r -> r.instanceProfileName("Web").roleName(role)));
      }
      iam.putUserPolicy(r ->
          r.userName("dev")
              .policyName("pass")
              .policyDocument(ALLOW.replace("iam:GetRole", "iam:PassRole")));

      dev.addRoleToInstanceProfile(r -> r.instanceProfileName("Web").roleName("Ops"));
    }
    assertThat(iam.listInstanceProfilesForRole(r -> r.roleName("Ops")).instanceProfiles())
        .hasSize(1);
  }

  @Test
  void userMadeAnewUnderTheNameIsNotTrusted() {
    fixture.store.users().create("dev", "/", Optional.empty(), Map.of(), arn -> false);
    iam.createRole(r ->
        r.roleName("Ops").assumeRolePolicyDocument(trust("arn:aws:iam::123456789012:user/dev")));
    var first = fixture.store.accessKeys().createForUser("dev");
    assertThat(assume(first.accessKeyId(), first.secret()).accessKeyId()).startsWith("ASIA");
    iam.deleteAccessKey(r -> r.userName("dev").accessKeyId(first.accessKeyId()));
    fixture.store.users().delete("dev");

    fixture.store.users().create("dev", "/", Optional.empty(), Map.of(), arn -> false);
    var second = fixture.store.accessKeys().createForUser("dev");

    assertError(
        "AccessDenied", 403, "sts:AssumeRole", () -> assume(second.accessKeyId(), second.secret()));
  }

  private Credentials assume(String accessKeyId, String secret) {
    try (StsClient sts = door.client(StsClient.builder(), accessKeyId, secret)) {
      return sts.assumeRole(
              r -> r.roleArn("arn:aws:iam::123456789012:role/Ops").roleSessionName("night"))
          .credentials();
    }
  }

  private StsClient sts(Credentials issued) {
    return door.client(
        StsClient.builder(),
        AwsSessionCredentials.create(
            issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken()));
  }
}
