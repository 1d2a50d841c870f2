package dev.postern.server;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Gate;
import dev.postern.server.access.Keyring;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.StandingPermits;
import dev.postern.server.bus.Bus;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.edge.Edge;
import dev.postern.server.edge.SessionRevocation;
import dev.postern.server.edge.Upgrades.Admission.Admitted;
import dev.postern.server.listener.EventLoops;
import dev.postern.server.listener.Listener;
import dev.postern.server.listener.ListenerOptions;
import dev.postern.server.listener.ServerCertificate;
import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.service.Service;
import dev.postern.server.session.Gateway;
import dev.postern.server.session.GatewayOptions;
import dev.postern.server.session.GatewayTime;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.MasterKey;
import dev.postern.server.store.Store;
import dev.postern.server.store.StoreOptions;
import dev.postern.wire.SessionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running server: constructs everything in order and closes it in the opposite one. Owned by
 * the thread that started it; {@link #close} may come from any.
 */
public final class Postern implements AutoCloseable {
  /** Where the launcher says that the program is; for the plugin's shim. */
  static final String HOME_PROPERTY = "postern.home";

  private static final Logger LOG = LoggerFactory.getLogger(Postern.class);

  /** How long the token of StartSession lives, and so how long a session waits for its client. */
  private static final Duration CLIENT_ATTACH_MAX = Duration.ofMinutes(5);

  /** How long a stop waits for calls at work; the rest of its time is for saying good-bye. */
  private static final Duration CALLS_FINISH_MAX = Duration.ofSeconds(5);

  private final PosternConfig config;
  private final GatewayTime time;
  private final InstantSource clock;
  private final SecureRandom random;

  /** What is open, the last first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private final Doorway doorway = new Doorway();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable Edge edge;
  private @Nullable URI publicUrl;
  private @Nullable Path environmentFile;

  private Postern(PosternConfig config, GatewayTime time, SecureRandom random) {
    this.config = config;
    this.time = time;
    this.clock = time.clock();
    this.random = random;
  }

  /**
   * Starts a server; it serves when this returns.
   *
   * @param environment of the process
   * @throws StartFailure when something is in the way that the operator can put right
   */
  public static Postern start(
      PosternConfig config,
      Path directory,
      Map<String, String> environment,
      InstantSource clock,
      SecureRandom random) {
    return start(config, directory, environment, GatewayTime.of(clock), random);
  }

  /** The same, with a time that passes as the caller says. */
  public static Postern start(
      PosternConfig config,
      Path directory,
      Map<String, String> environment,
      GatewayTime time,
      SecureRandom random) {
    var server = new Postern(config, time, random);
    try {
      server.open(directory, environment);
      return server;
    } catch (RuntimeException | Error failure) {
      server.close();
      throw failure;
    }
  }

  private synchronized void open(Path directory, Map<String, String> environment) {
    DataDirectory data = keep(DataDirectory.open(directory));
    System.setProperty("org.sqlite.tmpdir", data.nativeLibraries().toString());
    EventLoops loops = keep(new EventLoops());
    MasterKey masterKey = data.masterKey(environment, random);
    Store store =
        keep(
            Store.open(
                new StoreOptions(
                    data.database(),
                    masterKey,
                    clock,
                    random,
                    config.preferences().autocreate(),
                    Duration.ofDays(config.sessions().historyDays()))));
    Bus bus = keep(new InProcessBus());
    CertificateSource certificates = certificates(data);
    var names = new PrincipalNames(config.account().id(), config.region());
    PolicySets policies = new PolicySets(store, names, Set.copyOf(config.account().equivalents()));
    Gate gate = new Gate(policies);
    SessionRevocation revocation =
        keep(
            new SessionRevocation(
                new StandingPermits(gate, store),
                store,
                bus,
                config.account().id(),
                config.region(),
                clock));
    Listener listener = keep(listener(certificates.current(), loops));
    Gateway gateway =
        keep(
            new Gateway(
                store.tokens(),
                store.sessions(),
                bus,
                loops,
                new GatewayOptions(config.sessions().resumeWindow(), CLIENT_ATTACH_MAX),
                revocation::stands,
                time,
                random));
    gateway.start();
    revocation.start();
    URI url = config.publicUrl(bind(listener).getPort());
    Edge front = edge(store, bus, url, gateway, masterKey, gate);
    doorway.open(front);
    var files = new ClientFiles(data, url, config.region());
    files.write(administratorKey(store), certificates.trustAnchors(), home());
    keep(new CertificateWatch(certificates, listener::use, files::writeBundle)).start();
    publicUrl = url;
    environmentFile = data.path().resolve("env");
    edge = front;
    front.serve();
  }

  private <T extends AutoCloseable> T keep(T part) {
    open.push(part);
    return part;
  }

  private CertificateSource certificates(DataDirectory data) {
    PosternConfig.Tls tls = config.server().tls();
    if (tls.certificate().isPresent() && tls.key().isPresent()) {
      return ConfiguredCertificate.open(tls.certificate().get(), tls.key().get(), clock);
    }
    ServerNames names =
        ServerNames.of(config.server().listen(), config.publicUrl(0), ServerNames.machineName());
    return CertificateAuthority.open(data.tls(), names, clock, random);
  }

  private Listener listener(ServerCertificate certificate, EventLoops loops) {
    ListenAddress address = config.server().listen();
    var options =
        new ListenerOptions(
            new InetSocketAddress(address.host(), address.port()),
            certificate,
            config.server().trustedProxies());
    if (options.address().isUnresolved()) {
      throw new StartFailure("cannot listen on " + address + ": the host is unknown");
    }
    try {
      return new Listener(options, loops, doorway);
    } catch (IOException unusable) {
      throw new StartFailure(DataDirectory.reason(unusable), unusable);
    }
  }

  private InetSocketAddress bind(Listener listener) {
    try {
      return listener.start();
    } catch (IOException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      throw new StartFailure(
          "cannot listen on " + config.server().listen() + ": " + cause.getMessage(), failure);
    }
  }

  private Edge edge(
      Store store, Bus bus, URI url, Gateway gateway, MasterKey masterKey, Gate gate) {
    var names = new PrincipalNames(config.account().id(), config.region());
    var host = new Services.Host(url, stopping);
    List<Service> services = Services.of(config, store, bus, host, masterKey, random);
    return new Edge(
        services,
        new Keyring(store, names),
        gate,
        store,
        names,
        admitted -> channel(gateway, admitted),
        clock);
  }

  /** Whoever signed as a node is an agent; everyone else on a data channel is a client. */
  private static WebSocketHandler channel(Gateway gateway, Admitted admitted) {
    Optional<String> node =
        admitted
            .caller()
            .flatMap(caller ->
                caller instanceof Caller.RoleSession session
                    ? session.instanceId()
                    : Optional.empty());
    return switch (admitted.kind()) {
      case CONTROL_CHANNEL -> gateway.controlChannel(admitted.id());
      case DATA_CHANNEL -> {
        var session = new SessionId(admitted.id());
        yield node.isPresent()
            ? gateway.agentDataChannel(session, node.get())
            : gateway.clientDataChannel(session);
      }
    };
  }

  private static Optional<AccessKeyRecord> administratorKey(Store store) {
    return store.accessKeys().ofUser(Store.ADMINISTRATOR).stream()
        .filter(AccessKeyRecord::active)
        .findFirst();
  }

  private static Optional<Path> home() {
    return Optional.ofNullable(System.getProperty(HOME_PROPERTY)).map(Path::of);
  }

  /** The base of every URL that clients are given. */
  public synchronized URI publicUrl() {
    return started(publicUrl);
  }

  /** What a shell sources to use this server. */
  public synchronized Path environmentFile() {
    return started(environmentFile);
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the server has not started");
    }
    return part;
  }

  private void finishCalls() {
    if (edge == null || open.isEmpty()) {
      return;
    }
    stopping.countDown();
    try {
      if (!edge.stop(CALLS_FINISH_MAX)) {
        LOG.warn("calls still run after {} s", CALLS_FINISH_MAX.toSeconds());
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops: new calls are refused, those at work are finished, agents and clients are told to come
   * again, then everything is closed. Idempotent.
   */
  @Override
  public synchronized void close() {
    finishCalls();
    while (!open.isEmpty()) {
      AutoCloseable part = open.pop();
      try {
        part.close();
      } catch (Exception failure) {
        // The others must be closed nevertheless.
        LOG.warn("{} did not close", part.getClass().getSimpleName(), failure);
      }
    }
  }
}
