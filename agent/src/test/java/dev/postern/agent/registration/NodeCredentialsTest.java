package dev.postern.agent.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.agent.FakeService;
import dev.postern.aws.Fault;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NodeCredentialsTest {
  @TempDir private Path temporary;
  private FakeService service;
  private HttpsClient https;
  private AgentDirectory directory;
  private volatile Duration elapsed = Duration.ZERO;
  private final ServerClock clock = new ServerClock(() -> Instant.now().plus(elapsed));

  @BeforeEach
  void start() throws Exception {
    service = new FakeService();
    https = new HttpsClient(Trust.system(), ProxySettings.DIRECT);
    directory = AgentDirectory.open(temporary.resolve("data"));
  }

  @AfterEach
  void stop() throws Exception {
    https.close();
    service.close();
  }

  private Registration register() throws Exception {
    return new Registrar(directory, https)
        .register(
            service.endpoint(),
            null,
            "us-east-1",
            new Registrar.Activation("11111111-2222-3333-4444-555555555555", FakeService.CODE));
  }

  /** As after a restart: nothing but the directory is left. */
  private NodeCredentials load() throws Exception {
    return new NodeCredentials(directory, Registration.load(directory).orElseThrow(), https, clock);
  }

  private long count(String operation) {
    return service.calls.stream().filter(operation::equals).count();
  }

  @Test
  void registrationIsKept() throws Exception {
    Registration registration = register();

    assertThat(registration.instanceId()).isEqualTo(FakeService.NODE);
    assertThat(Registration.load(directory)).contains(registration);
    assertThat(registration.toString()).doesNotContain("RSA");
  }

  @Test
  void wrongCodeIsTheServicesRefusalAndLeavesNothing() {
    Registrar registrar = new Registrar(directory, https);

    assertThatThrownBy(() ->
            registrar.register(
                service.endpoint(), null, "us-east-1", new Registrar.Activation("i", "wrong")))
        .isInstanceOf(Fault.class)
        .hasMessageContaining("InvalidActivation");
    assertThat(directory.path()).isEmptyDirectory();
  }

  @Test
  void damagedRegistrationIsSaidWithoutItsContent() throws Exception {
    Registration _ = register();
    Files.writeString(directory.resolve(Registration.FILE), "{\"PrivateKey\":\"c2VjcmV0\"}");

    assertThatThrownBy(() -> Registration.load(directory))
        .hasMessageContaining("damaged")
        .hasMessageNotContaining("c2VjcmV0");
  }

  @Test
  void credentialsAreReusedUntilHalfOfTheirLifeAlsoAfterARestart() throws Exception {
    Registration _ = register();
    Credentials first = load().resolve();

    assertThat(load().resolve()).isEqualTo(first);
    elapsed = Duration.ofMinutes(29);
    assertThat(load().resolve()).isEqualTo(first);
    elapsed = Duration.ofMinutes(31);
    service.clockAhead = elapsed;
    assertThat(load().resolve()).isNotEqualTo(first);
    assertThat(count("RequestManagedInstanceRoleToken")).isEqualTo(2);
  }

  @Test
  void failedRenewalLeavesTheOldOnesInUseUntilTheyExpire() throws Exception {
    Registration _ = register();
    NodeCredentials credentials = load();
    Credentials first = credentials.resolve();
    service.refuseTokens = true;

    elapsed = Duration.ofMinutes(45);
    service.clockAhead = elapsed;
    assertThat(credentials.resolve()).isEqualTo(first);
    elapsed = Duration.ofMinutes(61);
    service.clockAhead = elapsed;
    assertThatThrownBy(credentials::resolve).isInstanceOf(Fault.class);
  }

  @Test
  void refusedCredentialsAreReplacedAtOnce() throws Exception {
    Registration _ = register();
    NodeCredentials credentials = load();
    Credentials first = credentials.resolve();

    credentials.refused(first);

    assertThat(credentials.resolve()).isNotEqualTo(first);
  }

  @Test
  void keyIsRotatedWhenTheServiceAsks() throws Exception {
    Registration before = register();
    service.updateKeyPair = true;
    NodeCredentials credentials = load();
    Credentials first = credentials.resolve();

    Registration after = Registration.load(directory).orElseThrow();
    assertThat(after.key()).isNotEqualTo(before.key());
    assertThat(after.nextKey()).isNull();
    credentials.refused(first);
    assertThat(credentials.resolve()).isNotEqualTo(first);
  }

  @Test
  void rotationWhoseAnswerWasLostIsSettledByTrying() throws Exception {
    Registration before = register();
    service.updateKeyPair = true;
    service.dropAnswerOfKeyUpdate = true;
    Credentials first = load().resolve();
    assertThat(Registration.load(directory).orElseThrow().nextKey()).isNotNull();

    NodeCredentials restarted = load();
    restarted.refused(first);
    assertThat(restarted.resolve()).isNotEqualTo(first);

    Registration after = Registration.load(directory).orElseThrow();
    assertThat(after.key()).isNotEqualTo(before.key());
    assertThat(after.nextKey()).isNull();
  }

  @Test
  void wrongClockIsCorrectedFromTheServersDate() throws Exception {
    Registration _ = register();
    service.clockAhead = Duration.ofMinutes(40);

    assertThat(load().resolve()).isNotNull();
    assertThat(clock.offset()).isBetween(Duration.ofMinutes(39), Duration.ofMinutes(41));
  }

  /** Twice as long as credentials live, as the service counts. */
  @ParameterizedTest
  @ValueSource(ints = {10, -10, 20, -20, 300, -300})
  void credentialsAreGoodAtAnyTimeWhateverTheClockSays(int minutesAhead) throws Exception {
    Registration _ = register();
    NodeCredentials credentials = load();

    for (int minute = 0; minute <= 120; minute += 5) {
      elapsed = Duration.ofMinutes(minute);
      service.clockAhead = elapsed.minusMinutes(minutesAhead);
      assertThat(service.accepts(credentials.resolve().accessKeyId())).as("%s", minute).isTrue();
    }
    assertThat(count("RequestManagedInstanceRoleToken")).isBetween(3L, 6L);
  }

  @Test
  void clockThatIsSetRightLaterIsFollowed() throws Exception {
    Registration _ = register();
    service.clockAhead = Duration.ofMinutes(-20);
    NodeCredentials credentials = load();
    Credentials first = credentials.resolve();
    elapsed = Duration.ofMinutes(-20);
    credentials.refused(first);

    assertThat(credentials.resolve()).isNotEqualTo(first);
    assertThat(clock.offset()).isBetween(Duration.ofSeconds(-5), Duration.ofSeconds(5));
  }

  @Test
  void regionIsTakenFromTheServersRefusal() throws Exception {
    Registration _ = register();
    service.region = "eu-central-1";
    NodeCredentials credentials = load();

    assertThat(credentials.resolve()).isNotNull();
    assertThat(credentials.region()).isEqualTo("eu-central-1");
    assertThat(Registration.load(directory).orElseThrow().region()).isEqualTo("eu-central-1");
  }

  @Test
  void copyOnAnotherMachineDoesNotSpeakForTheNode() throws Exception {
    Registration here =
        register().withFingerprint(service.fingerprint, "11111111111111111111111111111111");
    Registration there = MachineIdentity.check(directory, here, "2222");

    assertThatThrownBy(() -> new NodeCredentials(directory, there, https, clock).resolve())
        .isInstanceOf(Fault.class)
        .hasMessageContaining("MachineFingerprintDoesNotMatch");
    assertThat(MachineIdentity.check(directory, here, here.machineId())).isEqualTo(here);
  }

  @Test
  void clockIsNotCorrectedByOtherRefusals() {
    ServerClock untouched = new ServerClock(InstantSource.system());
    untouched.saw("Mon, 23 Nov 2020 10:00:00 GMT");

    assertThat(untouched.correct(new Fault("AccessDeniedException", 400, "no"))).isFalse();
    assertThat(untouched.offset()).isZero();
  }
}
