package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.postern.server.store.TestIdentities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;

/** AssumeRoleWithWebIdentity through the AWS SDK for Java, with tokens of a real provider. */
@Timeout(60)
final class WebIdentityTest {
  private static final String ROLE = "arn:aws:iam::" + EdgeFixture.ACCOUNT + ":role/Web";

  @TempDir Path directory;
  private EdgeFixture fixture;
  private SdkDoor door;
  private TestIdentities identities;
  private OidcProvider provider;
  private StsClient sts;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    door = new SdkDoor(fixture.edge);
    identities = new TestIdentities(fixture.clock);
    provider = new OidcProvider();
    sts =
        door.client(
            StsClient.builder(), AnonymousCredentialsProvider.create().resolveCredentials());
  }

  @AfterEach
  void close() {
    sts.close();
    provider.close();
    door.close();
    fixture.close();
  }

  private void register() throws Exception {
    register(provider.thumbprint());
  }

  private void register(String thumbprint) throws Exception {
    identities.provider(
        provider.arn(),
        provider.url(),
        "[\"" + OidcProvider.CLIENT + "\"]",
        "[\"" + thumbprint + "\"]");
  }

  private void role(String actions) throws Exception {
    identities.role(
        "Web",
        "AROAWEB",
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"%s"},
          "Action":%s,"Condition":{"StringEquals":{"%s:aud":"postern-cli",
          "%s:sub":"ann@example.com"}}}]}
        """
            .formatted(provider.arn(), actions, provider.url(), provider.url()));
  }

  private void role() throws Exception {
    role("\"sts:AssumeRoleWithWebIdentity\"");
  }

  private JWTClaimsSet.Builder claims() {
    return provider.claims(fixture.clock.now());
  }

  private AssumeRoleWithWebIdentityResponse assume(String token) {
    return sts.assumeRoleWithWebIdentity(
        r -> r.roleArn(ROLE).roleSessionName("ann").webIdentityToken(token));
  }

  private void assertRefused(String code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            error -> {
              assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(error.awsErrorDetails().errorMessage()).contains(message);
              assertThat(error.statusCode()).isEqualTo(code.equals("AccessDenied") ? 403 : 400);
            });
  }

  @Test
  void tokenOfATrustedProviderGetsCredentials() throws Exception {
    register();
    role();

    for (String token :
        List.of(provider.token(claims().build()), provider.ecToken(claims().build()))) {
      AssumeRoleWithWebIdentityResponse assumed = assume(token);

      assertThat(assumed.subjectFromWebIdentityToken()).isEqualTo("ann@example.com");
      assertThat(assumed.audience()).isEqualTo(OidcProvider.CLIENT);
      assertThat(assumed.provider()).isEqualTo(provider.issuer());
      var credentials = assumed.credentials();
      try (StsClient session =
          door.client(
              StsClient.builder(),
              AwsSessionCredentials.create(
                  credentials.accessKeyId(),
                  credentials.secretAccessKey(),
                  credentials.sessionToken()))) {
        assertThat(session.getCallerIdentity().arn())
            .isEqualTo("arn:aws:sts::" + EdgeFixture.ACCOUNT + ":assumed-role/Web/ann");
      }
    }
    assertThat(provider.keyRequests()).isEqualTo(1);
    assertThat(fixture.events().toString())
        .contains("AssumeRoleWithWebIdentity")
        .doesNotContain("webIdentityToken");
  }

  @Test
  void othersThanTheRoleTrustsAreDeniedWhetherTheRoleExists() throws Exception {
    register();
    String bob = provider.token(claims().subject("bob@example.com").build());
    String denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity";

    assertRefused("AccessDenied", denied, () -> assume(bob));
    role();
    assertRefused("AccessDenied", denied, () -> assume(bob));

    Map<String, Object> event = fixture.events().getLast();
    assertThat(event).containsEntry("errorCode", "AccessDenied");
    assertThat(fixture.store.denials().find(String.valueOf(event.get("requestID"))).orElseThrow())
        .contains(provider.arn(), ":sub", "bob@example.com");
    int events = fixture.events().size();
    assertRefused("InvalidIdentityToken", "", () -> assume(bob.substring(0, bob.length() - 9)));
    assertThat(fixture.events()).hasSize(events);
  }

  @Test
  void claimsThatDoNotHoldAreRefused() throws Exception {
    register();
    role();
    Instant now = fixture.clock.now();
    String invalid = "InvalidIdentityToken";

    assertRefused(
        invalid,
        "Incorrect token audience",
        () -> assume(provider.token(claims().audience("other").build())));
    assertRefused(
        invalid,
        "Incorrect token audience",
        () -> assume(provider.token(claims().claim("azp", "other").build())));
    assertRefused(
        "ExpiredTokenException",
        "Token expired: current date/time ",
        () ->
            assume(
                provider.token(claims().expirationTime(Date.from(now.minusSeconds(1))).build())));
    assertRefused(
        invalid,
        "not valid yet",
        () ->
            assume(
                provider.token(claims().notBeforeTime(Date.from(now.plusSeconds(400))).build())));
    assertRefused(
        invalid,
        "not valid yet",
        () -> assume(provider.token(claims().issueTime(Date.from(now.plusSeconds(400))).build())));
    assertRefused(
        invalid,
        "must have the claims exp and iat",
        () -> assume(provider.token(claims().expirationTime(null).build())));
    assertRefused(
        invalid,
        "must have the claim sub",
        () -> assume(provider.token(claims().subject(null).build())));
    assertRefused(
        invalid,
        "No OpenIDConnect provider found in your account for https://other.example",
        () -> assume(provider.token(claims().issuer("https://other.example").build())));
  }

  @Test
  void signaturesThatDoNotHoldAreRefused() throws Exception {
    register();
    role();
    String invalid = "InvalidIdentityToken";
    JWTClaimsSet claims = claims().build();
    String good = provider.token(claims);

    assertRefused(
        invalid,
        "signature does not hold",
        () ->
            assume(
                provider.sign(
                    JWSAlgorithm.RS256, claims, new RSAKeyGenerator(2048).keyID("k1").generate())));
    assertRefused(
        invalid,
        "other than RS256 and ES256",
        () -> assume(provider.sign(JWSAlgorithm.PS256, claims, provider.key())));
    assertRefused(invalid, "is not a valid JWT", () -> assume(new PlainJWT(claims).serialize()));
    assertRefused(invalid, "is not a valid JWT", () -> assume("an.access.token"));
    assertRefused(
        invalid, "is not a valid JWT", () -> assume(nested() + good.substring(good.indexOf('.'))));
    String[] parts = good.split("\\.", -1);
    assertRefused(
        invalid, "is not a valid JWT", () -> assume(parts[0] + "." + nested() + "." + parts[2]));
    String changed =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                claims().claim("admin", true).build().toString().getBytes(StandardCharsets.UTF_8));
    assertRefused(
        invalid,
        "signature does not hold",
        () -> assume(parts[0] + "." + changed + "." + parts[2]));
  }

  /** JSON as deep as a token has room for. */
  private static String nested() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(("{\"a\":" + "[".repeat(9000)).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void newKeysAreFetchedAtALimitedRate() throws Exception {
    register();
    role();
    assume(provider.token(claims().build()));
    provider.rotate();
    assertRefused(
        "InvalidIdentityToken",
        "signature does not hold",
        () -> assume(provider.token(claims().build())));
    assertThat(provider.keyRequests()).isEqualTo(1);

    fixture.clock.advance(Duration.ofSeconds(30));
    assertThat(assume(provider.token(claims().build())).credentials()).isNotNull();
    assertThat(provider.keyRequests()).isEqualTo(2);
  }

  @Test
  void providerThatIsDownOrAnotherIsNotTaken() throws Exception {
    register();
    role();
    provider.down(true);
    assertRefused(
        "IDPCommunicationError",
        "could not be reached",
        () -> assume(provider.token(claims().build())));
    provider.down(false);
    provider.announce("https://other.example");
    fixture.clock.advance(Duration.ofSeconds(30));
    assertRefused(
        "IDPCommunicationError",
        "could not be reached",
        () -> assume(provider.token(claims().build())));
  }

  @Test
  void certificateOfAnotherThumbprintIsNotTrusted() throws Exception {
    register("0".repeat(40));
    role();

    assertRefused(
        "InvalidIdentityToken",
        "doesn't match configured thumbprint",
        () -> assume(provider.token(claims().build())));
    assertThat(provider.keyRequests()).isZero();
  }

  @Test
  void certificateForAnotherHostIsNotTrusted() throws Exception {
    provider.close();
    provider = new OidcProvider("other.example");
    register();
    role();

    assertRefused(
        "InvalidIdentityToken",
        "doesn't match configured thumbprint",
        () -> assume(provider.token(claims().build())));
    assertThat(provider.keyRequests()).isZero();
  }

  @Test
  void tagsOfTheTokenNeedTheRightToTag() throws Exception {
    register();
    role();
    String token =
        provider.token(
            claims()
                .claim(
                    "https://aws.amazon.com/tags",
                    Map.of(
                        "principal_tags",
                        Map.of("team", List.of("red")),
                        "transitive_tag_keys",
                        List.of("team")))
                .build());

    assertRefused("AccessDenied", "Not authorized to perform sts:TagSession", () -> assume(token));
    identities.delete("iam_role", "Web");
    role("[\"sts:AssumeRoleWithWebIdentity\",\"sts:TagSession\"]");
    assertThat(assume(token).packedPolicySize()).isPositive();
  }

  @Test
  void inputIsChecked() {
    assertRefused(
        "ValidationError",
        "'webIdentityToken' failed to satisfy constraint: Member must not be null",
        () -> sts.assumeRoleWithWebIdentity(r -> r.roleArn(ROLE).roleSessionName("ann")));
    assertRefused(
        "ValidationError",
        "ProviderId is for OAuth 2.0",
        () ->
            sts.assumeRoleWithWebIdentity(r ->
                r.roleArn(ROLE)
                    .roleSessionName("ann")
                    .webIdentityToken("token")
                    .providerId("www.amazon.com")));
  }
}
