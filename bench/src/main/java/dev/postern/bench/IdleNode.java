package dev.postern.bench;

import dev.postern.agent.control.ControlChannel;
import dev.postern.agent.control.NodeProfile;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.caller.Authentication;
import dev.postern.aws.caller.ChannelCaller;
import dev.postern.aws.caller.JsonCaller;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.client.api.Ssm;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import dev.postern.transport.WebSocketLimits;
import dev.postern.wire.MessageChannel;
import dev.postern.wire.handshake.OpenControlChannel;
import dev.postern.wire.message.AgentMessage;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A managed node without a machine: it has an id and credentials, and holds a control channel with
 * the agent's own code, which dials again when and as an agent does. It overlooks what it is told.
 */
final class IdleNode implements ControlChannel.Dialer, ControlChannel.Listener, AutoCloseable {
  private static final String FINGERPRINT = UUID.randomUUID().toString();

  /**
   * What nodes of one measurement share.
   *
   * @param keys one pair for all: making one for each would take longer than the measurement
   */
  record Place(URI endpoint, String region, Trust trust, KeyPair keys) {}

  private final Place place;
  private final String id;
  private final Credentials credentials;
  private final ControlChannel channel =
      new ControlChannel(this, this, InstantSource.system(), new SecureRandom());
  private volatile CountDownLatch connected = new CountDownLatch(1);
  private volatile long connectedAt;

  private IdleNode(Place place, String id, Credentials credentials) {
    this.place = place;
    this.id = id;
    this.credentials = credentials;
  }

  /** Registers a node and gets the credentials of its role; nothing is connected yet. */
  static IdleNode register(Place place, HttpsClient https, Ssm.Activation activation)
      throws IOException {
    Map<String, Object> registered =
        new JsonCaller(https, place.endpoint, "AmazonSSM", Authentication.anonymous())
            .call(
                "RegisterManagedInstance",
                Map.of(
                    "ActivationId", activation.id(),
                    "ActivationCode", activation.code(),
                    "Fingerprint", FINGERPRINT,
                    "PublicKey", NodeSignature.encode(place.keys.getPublic()),
                    "PublicKeyType", "Rsa"));
    String id = String.valueOf(registered.get("InstanceId"));
    Map<String, Object> token =
        new JsonCaller(
                https,
                place.endpoint,
                "AmazonSSM",
                Authentication.node(
                    id, place.keys.getPrivate(), place.region, InstantSource.system()))
            .call("RequestManagedInstanceRoleToken", Map.of("Fingerprint", FINGERPRINT));
    return new IdleNode(
        place,
        id,
        new Credentials(
            String.valueOf(token.get("AccessKeyId")),
            String.valueOf(token.get("SecretAccessKey")),
            String.valueOf(token.get("SessionToken"))));
  }

  String id() {
    return id;
  }

  /** Dials for the first time, and from then on whenever the channel is lost. */
  void start() {
    Thread.ofVirtual()
        .name("idle-node-" + id)
        .start(() -> {
          try {
            channel.run();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** From now on {@link #awaitConnected} waits for the connection after the one of now. */
  void expectLoss() {
    connected = new CountDownLatch(1);
  }

  /**
   * Waits for a connection.
   *
   * @return the time at which it was opened, by {@link System#nanoTime}
   */
  long awaitConnected(long deadlineNanos) throws IOException, InterruptedException {
    if (!connected.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new IOException("node " + id + " did not connect in time");
    }
    return connectedAt;
  }

  /** With a TLS connection of its own, for the token and then the channel, as an agent has. */
  @Override
  public MessageChannel dial() throws IOException {
    try (HttpsClient https = new HttpsClient(place.trust, ProxySettings.DIRECT)) {
      return dial(https);
    }
  }

  private MessageChannel dial(HttpsClient https) throws IOException {
    InstantSource clock = InstantSource.system();
    String token =
        new ChannelCaller(
                https,
                place.endpoint,
                Authentication.sigV4(place.region, "ssmmessages", () -> credentials, clock))
            .createControlChannel(id, UUID.randomUUID());
    URI uri =
        URI.create(
            "wss://"
                + place.endpoint.getRawAuthority()
                + "/v1/control-channel/"
                + id
                + "?role=subscribe&stream=input");
    HttpRequest upgrade =
        RequestSigner.sign(
            new HttpRequest("GET", uri, Map.of(), new byte[0]),
            credentials,
            place.region,
            "ssmmessages",
            clock.instant());
    MessageChannel dialled = https.connectWebSocket(uri, upgrade.headers(), WebSocketLimits.AGENT);
    boolean introduced = false;
    try {
      dialled.sendText(
          new OpenControlChannel(
                  OpenControlChannel.SCHEMA_VERSION,
                  UUID.randomUUID().toString(),
                  token,
                  NodeProfile.AGENT_VERSION,
                  "linux")
              .toJson());
      introduced = true;
      return dialled;
    } finally {
      if (!introduced) {
        dialled.close();
      }
    }
  }

  @Override
  public void onConnected() {
    connectedAt = System.nanoTime();
    connected.countDown();
  }

  @Override
  public void onLost(String reason) {}

  @Override
  public void onMessage(AgentMessage message) {}

  @Override
  public boolean hasLiveSessions() {
    return false;
  }

  @Override
  public void close() {
    channel.stop();
  }
}
