package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through the edge, with real signatures. */
class SignatureThrottleTest {
  private static final String ATTACKER = "203.0.113.66";
  private static final String OWNER = "198.51.100.7";

  @TempDir Path directory;
  private EdgeFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void keyThatFailedTooOftenFromASourceIsNoLongerVerifiedThere() throws Exception {
    for (int i = 0; i < SignatureThrottle.KEY_BURST; i++) {
      assertThat(code(wrong(fixture.admin.accessKeyId(), ATTACKER)))
          .isEqualTo("InvalidSignatureException");
    }

    HttpAnswer refused = wrong(fixture.admin.accessKeyId(), ATTACKER);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(code(refused)).isEqualTo("ThrottlingException");
    assertThat(EdgeFixture.text(refused)).contains("Rate exceeded");
    // Not even the right secret is looked at.
    assertThat(code(right(ATTACKER))).isEqualTo("ThrottlingException");
  }

  @Test
  void ownerIsNotLockedOutByFailuresFromElsewhere() throws Exception {
    for (int i = 0; i < 2 * SignatureThrottle.SOURCE_BURST; i++) {
      wrong(fixture.admin.accessKeyId(), ATTACKER);
    }

    assertThat(right(OWNER).status()).isEqualTo(200);
  }

  @Test
  void oneCallPerSecondIsLookedAtAgain() throws Exception {
    exhaust(fixture.admin.accessKeyId());

    fixture.clock.advance(Duration.ofSeconds(1));

    assertThat(right(ATTACKER).status()).isEqualTo(200);
  }

  @Test
  void goodSignatureForgivesTheKeysFailures() throws Exception {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < SignatureThrottle.KEY_BURST - 1; i++) {
        wrong(fixture.admin.accessKeyId(), ATTACKER);
      }
      assertThat(right(ATTACKER).status()).isEqualTo(200);
    }
  }

  @Test
  void sourceThatTriesManyKeysIsThrottledForAllOfThem() throws Exception {
    for (int i = 0; i < SignatureThrottle.SOURCE_BURST; i++) {
      assertThat(code(wrong("AKIA" + i, ATTACKER))).isEqualTo("UnrecognizedClientException");
    }

    assertThat(code(wrong("AKIAOTHER", ATTACKER))).isEqualTo("ThrottlingException");
    assertThat(code(right(ATTACKER))).isEqualTo("ThrottlingException");
  }

  @Test
  void keyProvenAtASourceIsNotHeldUpByOthersThere() throws Exception {
    assertThat(right(ATTACKER).status()).isEqualTo(200);
    for (int i = 0; i < SignatureThrottle.SOURCE_BURST; i++) {
      wrong("AKIA" + i, ATTACKER);
    }

    assertThat(right(ATTACKER).status()).isEqualTo(200);
    assertThat(code(wrong("AKIAOTHER", ATTACKER))).isEqualTo("ThrottlingException");
  }

  @Test
  void nodeKeysAreThrottledAlike() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair foreign = generator.generateKeyPair();
    for (int i = 0; i < SignatureThrottle.KEY_BURST; i++) {
      assertThat(asNode(foreign).status()).isEqualTo(400);
    }

    assertThat(code(asNode(fixture.nodeKeys))).isEqualTo("ThrottlingException");
  }

  @Test
  void upgradesAreThrottledAlike() throws Exception {
    exhaust(fixture.admin.accessKeyId());
    HttpRequest request =
        fixture.signed(
            EdgeFixture.get("/v1/control-channel/i-1?role=subscribe&stream=input"), "ssmmessages");

    var upgrade = fixture.edge.upgrade(from(EdgeFixture.call(request), ATTACKER));

    assertThat(upgrade).isInstanceOf(dev.postern.server.listener.HttpHandler.Upgrade.Refused.class);
    assertThat(upgrade.toString()).doesNotContain("Accepted");
    assertThat(fixture.opened).isEmpty();
  }

  @Test
  void queryProtocolHearsItsOwnCode() throws Exception {
    exhaust(fixture.admin.accessKeyId());
    HttpRequest request =
        fixture.signed(EdgeFixture.form("Action=GetCallerIdentity&Version=2011-06-15"), "sts");

    HttpAnswer answer = fixture.edge.answer(from(EdgeFixture.call(request), ATTACKER));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(EdgeFixture.text(answer)).contains("<Code>Throttling</Code>", "Rate exceeded");
  }

  @Test
  void throttledCallsDoNotFillTheAuditTrail() throws Exception {
    exhaust(fixture.admin.accessKeyId());
    int before = fixture.events().size();

    wrong(fixture.admin.accessKeyId(), ATTACKER);

    assertThat(fixture.events()).hasSize(before);
  }

  @Test
  void expiredCredentialsAreNoFailures() throws Exception {
    Credentials node = fixture.nodeCredentials();
    fixture.clock.advance(Duration.ofHours(1));
    HttpRequest ping =
        fixture.signed(EdgeFixture.json("AmazonSSM.UpdateInstanceInformation", "{}"), node, "ssm");

    for (int i = 0; i < 2 * SignatureThrottle.KEY_BURST; i++) {
      assertThat(code(fixture.send(ping))).isEqualTo("ExpiredTokenException");
    }
  }

  private void exhaust(String keyId) throws Exception {
    for (int i = 0; i < SignatureThrottle.KEY_BURST; i++) {
      wrong(keyId, ATTACKER);
    }
  }

  private HttpAnswer wrong(String keyId, String source) {
    return send(new Credentials(keyId, "wrong", null), source);
  }

  private HttpAnswer right(String source) {
    return send(fixture.admin, source);
  }

  private HttpAnswer send(Credentials credentials, String source) {
    HttpRequest request =
        fixture.signed(
            EdgeFixture.json("AmazonSSM.StartSession", "{\"Target\":\"i-1\"}"), credentials, "ssm");
    return fixture.edge.answer(from(EdgeFixture.call(request), source));
  }

  private HttpAnswer asNode(KeyPair keys) throws Exception {
    HttpRequest request =
        NodeSignature.sign(
            EdgeFixture.json("AmazonSSM.RequestManagedInstanceRoleToken", "{}"),
            EdgeFixture.NODE,
            keys.getPrivate(),
            EdgeFixture.REGION,
            fixture.clock.now());
    return fixture.edge.answer(from(EdgeFixture.call(request), ATTACKER));
  }

  private static HttpCall from(HttpCall call, String source) {
    return new HttpCall(
        call.method(),
        call.target(),
        call.headers(),
        call.body(),
        new InetSocketAddress(InetAddress.ofLiteral(source), 40000));
  }

  private static String code(HttpAnswer answer) throws Exception {
    return String.valueOf(EdgeFixture.tree(answer).get("__type"));
  }
}
