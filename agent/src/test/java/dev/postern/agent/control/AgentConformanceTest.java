package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.agent.AgentProgram;
import dev.postern.agent.FakeService;
import dev.postern.agent.TunnelProxy;
import dev.postern.agent.forward.DeniedAddresses;
import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.registration.NodeCredentials;
import dev.postern.agent.registration.Registration;
import dev.postern.agent.registration.ServerClock;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.RunAs;
import dev.postern.aws.Exchange;
import dev.postern.aws.json.Json;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.Keepalive;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.handshake.OpenControlChannel;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Checklist B of spec/agent-service.md: an agent that replaces the official one, point by point.
 * Points 6 to 13, about sessions, are AgentSessionConformanceTest's. Points 15 (logs of sessions)
 * and 18 (Run Command) are not offered yet; point 16 is shown by DeniedAddressesTest and
 * PortSessionTest.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AgentConformanceTest extends NodeScene {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private List<FakeService.Received> received(String operation) {
    return node.service.received.stream()
        .filter(request -> request.operation().endsWith(operation))
        .toList();
  }

  @Test
  void b01RegistersWithAPublicKeyAndKeepsThePrivateOneToItself() throws Exception {
    FakeService.Received request = received("RegisterManagedInstance").getFirst();
    Map<String, Object> body = Json.readObject(request.body().getBytes(UTF_8));
    Registration kept = Registration.load(node.directory).orElseThrow();

    assertThat(request.headers()).doesNotContainKey("authorization");
    assertThat(body.keySet())
        .containsExactlyInAnyOrder(
            "ActivationCode", "ActivationId", "Fingerprint", "PublicKey", "PublicKeyType");
    assertThat(body)
        .containsEntry("PublicKeyType", "Rsa")
        .containsEntry("Fingerprint", kept.fingerprint());
    assertThat(NodeSignature.parsePublicKey(String.valueOf(body.get("PublicKey"))))
        .isInstanceOfSatisfying(
            RSAPublicKey.class, key -> assertThat(key.getModulus().bitLength()).isEqualTo(2048));
    String secret = Base64.getEncoder().encodeToString(kept.key().getEncoded());
    assertThat(node.service.received).noneMatch(each -> each.body().contains(secret));
    try (Stream<Path> files = Files.list(node.directory.path())) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allMatch(file -> mode(file).equals("rw-------"));
    }
    assertThat(mode(node.directory.path())).isEqualTo("rwx------");
  }

  private static String mode(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException gone) {
      throw new AssertionError(gone);
    }
  }

  @Test
  void b02RenewsCredentialsAtHalfOfTheirLifeAndUsesThemAgainAfterARestart() throws Exception {
    node.stopAgent();
    node.startAgent();
    node.control = node.service.nextSocket("/v1/control-channel/").socket();
    assertThat(received("RequestManagedInstanceRoleToken")).hasSize(1);

    Instant[] now = {Instant.now()};
    try (HttpsClient https = new HttpsClient(Trust.system(), ProxySettings.DIRECT)) {
      NodeCredentials credentials =
          new NodeCredentials(
              node.directory,
              Registration.load(node.directory).orElseThrow(),
              https,
              new ServerClock(() -> now[0]));
      Credentials first = credentials.resolve();
      now[0] = now[0].plus(Duration.ofMinutes(29));
      node.service.clockAhead = Duration.ofMinutes(29);
      assertThat(credentials.resolve()).isEqualTo(first);
      now[0] = now[0].plus(Duration.ofMinutes(2));
      node.service.clockAhead = Duration.ofMinutes(31);
      assertThat(credentials.resolve()).isNotEqualTo(first);
    }
  }

  @Test
  void b03PingsAtItsStartAndEveryFiveMinutesWithEveryField() {
    List<Map<String, Object>> pings = new ArrayList<>();
    List<Duration> pauses = new ArrayList<>();
    Pings pinging =
        new Pings(
            FakeService.NODE,
            (operation, input) -> {
              assertThat(operation).isEqualTo("UpdateInstanceInformation");
              pings.add(input);
              return Map.of();
            },
            new SplittableRandom(1),
            pause -> {
              pauses.add(pause);
              if (pauses.size() == 3) {
                throw new InterruptedException();
              }
            });

    assertThatThrownBy(pinging::run).isInstanceOf(InterruptedException.class);
    assertThat(pauses).containsOnly(Duration.ofMinutes(5));
    assertThat(pings).hasSize(4);
    assertThat(pings.getFirst())
        .containsOnlyKeys("AgentName", "AgentVersion", "InstanceId", "PlatformType");
    assertThat(pings.getLast())
        .containsOnlyKeys(
            "AgentName",
            "AgentStatus",
            "AgentVersion",
            "AvailabilityZone",
            "AvailabilityZoneId",
            "ComputerName",
            "IPAddress",
            "InstanceId",
            "PlatformName",
            "PlatformType",
            "PlatformVersion",
            "SSMConnectionChannel")
        .containsEntry("SSMConnectionChannel", "ssmmessages");
  }

  @Test
  void b04OpensTheControlChannelWhilePingsFailAndPingsAgainSoon() throws Exception {
    node.stopAgent();
    node.service.refusePings = true;
    int before = received("UpdateInstanceInformation").size();
    node.startAgent();
    node.control = node.service.nextSocket("/v1/control-channel/").socket();

    await(() -> received("UpdateInstanceInformation").size() >= before + 3);
    int accepted = node.service.pings.size();
    node.service.refusePings = false;
    await(() -> node.service.pings.size() >= accepted + 2);
  }

  @Test
  void b05OpensTheControlChannelAndIntroducesItself() throws Exception {
    node.control.close();
    FakeService.Opened opened = node.service.nextSocket("/v1/control-channel/");
    node.control = opened.socket();
    FakeService.Received created = received("/v1/control-channel/" + FakeService.NODE).getFirst();
    OpenControlChannel introduction =
        OpenControlChannel.parse(NodeFixture.bytes(opened.introduction()));

    assertThat(Json.readObject(created.body().getBytes(UTF_8)))
        .containsOnlyKeys("MessageSchemaVersion", "RequestId")
        .containsEntry("MessageSchemaVersion", "1.0");
    assertThat(opened.path())
        .isEqualTo("/v1/control-channel/" + FakeService.NODE + "?role=subscribe&stream=input");
    assertThat(introduction.tokenValue()).isEqualTo("token");
    assertThat(introduction.messageSchemaVersion()).isEqualTo("1.0");
    assertThat(introduction.platformType()).isEqualTo("linux");
    assertThat(introduction.agentVersion()).matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    assertThat(Keepalive.AGENT.firstAfter()).isLessThanOrEqualTo(Duration.ofSeconds(54));
    assertThat(Keepalive.AGENT.interval()).isLessThanOrEqualTo(Duration.ofSeconds(54));
    assertThat(Keepalive.AGENT.silenceMax()).isLessThanOrEqualTo(Duration.ofSeconds(60));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
  void b05OpensTheControlChannelAndPingsWithin54Seconds() throws Exception {
    Thread reading =
        Thread.ofVirtual()
            .start(() -> {
              try {
                node.control.receive();
              } catch (IOException closed) {
                throw new AssertionError(closed);
              }
            });

    assertThat(node.control.pings.await(56, TimeUnit.SECONDS)).isTrue();
    assertThat(reading.isAlive()).isTrue();
  }

  @Test
  void b14ReportsAnEndUntilItIsAcknowledgedUnderOneIdAlsoAfterARestart() throws Exception {
    node.startSession(id, "Surprise", "", "");
    AgentMessage first = node.nextControl();
    AgentMessage second = node.nextControl();
    node.stopAgent();
    node.startAgent();
    node.control = node.service.nextSocket("/v1/control-channel/").socket();
    AgentMessage third = node.nextControl();

    assertThat(List.of(second.messageId(), third.messageId())).containsOnly(first.messageId());
    assertThat(AgentTaskComplete.parse(second.payload()).retryNumber()).isEqualTo(2);
    node.acknowledge(third, AgentTaskComplete.parse(third.payload()));
    await(() -> isEmpty(node.directory));
  }

  private static boolean isEmpty(AgentDirectory directory) {
    try {
      return new String(directory.read("completions.json").orElseThrow(), UTF_8).contains("[]");
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void b17RefusesSessionsBeyondItsBoundAndNeverKeepsTheServiceWaiting() throws Exception {
    AgentDirectory directory = AgentDirectory.open(temporary.resolve("other"));
    for (String file : List.of("registration.json", "credentials.json")) {
      directory.write(file, node.directory.read(file).orElseThrow());
    }
    Registration registration = Registration.load(directory).orElseThrow();
    CountDownLatch end = new CountDownLatch(1);
    Exchange stuck =
        request -> {
          try {
            end.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          throw new IOException("never answered " + request.uri());
        };
    ServerClock clock = new ServerClock(Instant::now);
    Service service =
        new Service(
            registration.instanceId(),
            new Service.Route(
                registration.endpoint(),
                stuck,
                stuck,
                (uri, headers, limits) -> {
                  throw new IOException("never opened " + uri);
                }),
            new NodeCredentials(directory, registration, stuck, clock),
            clock);
    Agent agent =
        new Agent(
            service,
            directory,
            new RunAs(Account.current(), name -> Optional.empty()),
            DeniedAddresses.byDefault(),
            Map.of(),
            () -> {});

    for (int session = 0; session <= Sessions.SESSIONS_MAX; session++) {
      agent.onMessage(task("session-" + session));
    }

    end.countDown();
    agent.stop();
    String reports = new String(directory.read("completions.json").orElseThrow(), UTF_8);
    assertThat(reports.split("as many sessions as it can", -1)).hasSize(2);
    assertThat(reports).contains("session-" + Sessions.SESSIONS_MAX);
  }

  private static AgentMessage task(String session) throws Exception {
    JsonObject none = new JsonObject(Map.of());
    DocumentContent document =
        new DocumentContent(
            "1.0",
            "",
            "NonInteractiveCommands",
            none,
            none,
            dev.postern.wire.json.Json.readObject("{\"linux\":{\"commands\":\"true\"}}"));
    return AgentMessage.onControlChannel(
        MessageType.INTERACTIVE_SHELL,
        System.currentTimeMillis(),
        UUID.randomUUID(),
        AgentTask.of(new SessionContent("doc", session, "arn", "", none, document)).toPayload());
  }

  @Test
  void b19TrustsAGivenAuthorityAndGoesThroughTheProxyForWebSocketsToo() throws Exception {
    Path ca = temporary.resolve("ca.pem");
    AgentProgram program = new AgentProgram(temporary);
    try (FakeService service = new FakeService(tls(ca), "https://service.test");
        TunnelProxy proxy = new TunnelProxy()) {
      Map<String, String> environment = Map.of("https_proxy", proxy.url());
      String data = temporary.resolve("other").toString();
      AgentProgram.run(
              program.command(
                  "register",
                  "--endpoint",
                  service.endpoint().toString(),
                  "--ca",
                  ca.toString(),
                  "--activation-id",
                  "11111111-2222-3333-4444-555555555555",
                  "--data",
                  data),
              environment,
              FakeService.CODE)
          .orFail();
      Process agent = AgentProgram.start(program.command("run", "--data", data), environment);
      try {
        service.nextSocket("/v1/control-channel/");

        String expected =
            "CONNECT service.test:%d HTTP/1.1".formatted(service.endpoint().getPort());
        assertThat(proxy.requests).hasSizeGreaterThanOrEqualTo(2).allMatch(expected::equals);
      } finally {
        agent.destroy();
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /** A listener with a certificate of its own, which is written to a file. */
  private ServerSocket tls(Path certificate) throws Exception {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String store = temporary.resolve("store").toString();
    List<String> access = List.of("-keystore", store, "-storepass", "changeit", "-alias", "a");
    List<String> make =
        new ArrayList<>(
            List.of(
                keytool,
                "-genkeypair",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=test",
                "-ext",
                "san=dns:service.test"));
    make.addAll(access);
    AgentProgram.run(make, Map.of(), "").orFail();
    List<String> export = new ArrayList<>(List.of(keytool, "-exportcert", "-rfc"));
    export.addAll(access);
    Files.writeString(certificate, AgentProgram.run(export, Map.of(), "").orFail().out());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(
        KeyStore.getInstance(Path.of(store).toFile(), "changeit".toCharArray()),
        "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context
        .getServerSocketFactory()
        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @Test
  void b20GoesOnTryingWhenItIsDeniedTheControlChannel() throws Exception {
    node.service.denyControlChannels = true;
    int before = received("/v1/control-channel/" + FakeService.NODE).size();
    node.control.close();
    await(() -> received("/v1/control-channel/" + FakeService.NODE).size() >= before + 3);

    node.service.denyControlChannels = false;
    node.control = node.service.nextSocket("/v1/control-channel/").socket();
    assertThat(received("GetMessages")).isEmpty();
  }
}
