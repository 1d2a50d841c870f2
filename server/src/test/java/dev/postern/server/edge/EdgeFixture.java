package dev.postern.server.edge;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.json.Json;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.server.access.Gate;
import dev.postern.server.access.Keyring;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import dev.postern.server.service.Service;
import dev.postern.server.service.sts.Sts;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.AuditLog;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** An edge over a real store, with operations that tell whether they ran. */
final class EdgeFixture implements AutoCloseable {
  static final String ACCOUNT = "123456789012";
  static final String REGION = "us-east-1";
  static final String NODE = "mi-0123456789abcdef0";
  static final URI ENDPOINT = URI.create("https://localhost:8443/");

  final TestStore clock;
  final Store store;
  final Edge edge;
  final Probes probes = new Probes();
  final List<Upgrades.Admission.Admitted> opened = new ArrayList<>();
  final Credentials admin;
  final KeyPair nodeKeys;

  EdgeFixture(Path directory) throws Exception {
    this(directory, (probes, _) -> probes.services());
  }

  /** An edge with these services and STS. */
  EdgeFixture(Path directory, BiFunction<Probes, Store, List<Service>> services) throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    var names = new PrincipalNames(ACCOUNT, REGION);
    List<Service> all = new ArrayList<>(services.apply(probes, store));
    all.add(Sts.service(names, store));
    edge =
        new Edge(
            all,
            new Keyring(store, names),
            new Gate(new PolicySets(store, names, Set.of())),
            store,
            names,
            admitted -> {
              opened.add(admitted);
              return new Probes.Channel();
            },
            clock::now);
    edge.serve();
    AccessKeyRecord key = store.accessKeys().ofUser(Store.ADMINISTRATOR).getFirst();
    admin = new Credentials(key.accessKeyId(), key.secret(), null);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    nodeKeys = generator.generateKeyPair();
    registerNode();
  }

  private void registerNode() {
    store
        .activations()
        .insert(
            new ActivationRecord(
                "11111111-2222-3333-4444-555555555555",
                new byte[32],
                Optional.empty(),
                Optional.empty(),
                Store.NODE_ROLE,
                1,
                0,
                clock.now().plus(Duration.ofHours(1)),
                clock.now(),
                Map.of(),
                Optional.empty()));
    store
        .nodes()
        .register(
            new NodeRecord(
                NODE,
                "11111111-2222-3333-4444-555555555555",
                NodeSignature.encode(nodeKeys.getPublic()),
                "f",
                Optional.empty(),
                Store.NODE_ROLE,
                clock.now(),
                Map.of(),
                Optional.empty()),
            Nodes.Existing.KEEP);
  }

  Credentials nodeCredentials() {
    IssuedKey key =
        store
            .accessKeys()
            .issue(
                new AccessKeyRecord.Principal.RoleSession(Store.NODE_ROLE, NODE, Optional.of(NODE)),
                Duration.ofHours(1));
    return new Credentials(key.accessKeyId(), key.secretAccessKey(), key.sessionToken());
  }

  /** An unsigned JSON call. */
  static HttpRequest json(String target, String body) {
    return new HttpRequest(
        "POST",
        ENDPOINT,
        Map.of(
            "content-type", List.of("application/x-amz-json-1.1"), "x-amz-target", List.of(target)),
        body.getBytes(StandardCharsets.UTF_8));
  }

  static HttpRequest form(String body) {
    return new HttpRequest(
        "POST",
        ENDPOINT,
        Map.of("content-type", List.of("application/x-www-form-urlencoded; charset=utf-8")),
        body.getBytes(StandardCharsets.UTF_8));
  }

  static HttpRequest get(String pathAndQuery) {
    return new HttpRequest(
        "GET", URI.create("https://localhost:8443" + pathAndQuery), Map.of(), new byte[0]);
  }

  HttpRequest signed(HttpRequest request, String service) {
    return RequestSigner.sign(request, admin, REGION, service, clock.now());
  }

  HttpRequest signed(HttpRequest request, Credentials credentials, String service) {
    return RequestSigner.sign(request, credentials, REGION, service, clock.now());
  }

  HttpRequest signedAt(HttpRequest request, String service, Instant time) {
    return RequestSigner.sign(request, admin, REGION, service, time);
  }

  HttpAnswer send(HttpRequest request) {
    return edge.answer(call(request));
  }

  static HttpCall call(HttpRequest request) {
    String query = request.uri().getRawQuery();
    return call(request, request.uri().getRawPath() + (query == null ? "" : "?" + query));
  }

  /** The request with another target than the signed one. */
  static HttpCall call(HttpRequest request, String target) {
    var headers = new ArrayList<HttpCall.Header>();
    headers.add(new HttpCall.Header("Host", request.host()));
    headers.add(new HttpCall.Header("User-Agent", "test/1"));
    request
        .headers()
        .forEach((name, values) -> values.forEach(v -> headers.add(new HttpCall.Header(name, v))));
    return new HttpCall(
        request.method(),
        target,
        headers,
        request.body(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000));
  }

  static String header(HttpAnswer answer, String name) {
    return answer.headers().stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(HttpCall.Header::value)
        .findFirst()
        .orElse("");
  }

  static String text(HttpAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  static Map<String, Object> tree(HttpAnswer answer) throws Exception {
    return Json.readObject(answer.body());
  }

  List<Map<String, Object>> events() throws Exception {
    var events = new ArrayList<Map<String, Object>>();
    for (AuditLog.Entry entry : store.audit().read(0, 1000)) {
      events.add(Json.readObject(entry.json()));
    }
    return events;
  }

  @Override
  public void close() {
    store.close();
  }
}
