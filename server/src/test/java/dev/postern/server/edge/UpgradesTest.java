package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.xml.XmlElement;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpHandler.Upgrade;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UpgradesTest {
  private static final String CONTROL =
      "/v1/control-channel/" + EdgeFixture.NODE + "?role=subscribe&stream=input";
  private static final String DATA = "/v1/data-channel/admin-1?role=publish_subscribe";

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
  void nodeOpensItsControlChannel() throws Exception {
    Upgrade upgrade = upgrade(signedByNode(CONTROL));

    assertThat(upgrade).isInstanceOf(Upgrade.Accepted.class);
    Upgrades.Admission.Admitted admitted = fixture.opened.getFirst();
    assertThat(admitted.kind()).isEqualTo(Upgrades.Kind.CONTROL_CHANNEL);
    assertThat(admitted.id()).isEqualTo(EdgeFixture.NODE);
    assertThat(admitted.caller()).isPresent();
    assertThat(fixture.events().getFirst())
        .containsEntry("eventSource", "ssmmessages.amazonaws.com")
        .containsEntry("eventName", "OpenControlChannel")
        .containsEntry("requestParameters", Map.of("instanceId", EdgeFixture.NODE));
  }

  @Test
  void nodeOpensADataChannel() throws Exception {
    assertThat(upgrade(signedByNode(DATA))).isInstanceOf(Upgrade.Accepted.class);
    assertThat(fixture.events().getFirst()).containsEntry("eventName", "OpenDataChannel");
  }

  @Test
  void sessionIdsWithOddCharactersAreSignedTwiceEncoded() {
    String odd = "/v1/data-channel/a@b,c=d+e.f_g-1?role=publish_subscribe";
    String encoded = "/v1/data-channel/a%40b%2Cc%3Dd%2Be.f_g-1?role=publish_subscribe";

    assertThat(upgrade(signedByNode(odd))).isInstanceOf(Upgrade.Accepted.class);
    assertThat(upgrade(signedByNode(encoded))).isInstanceOf(Upgrade.Accepted.class);
    assertThat(fixture.opened).extracting("id").containsOnly("a@b,c=d+e.f_g-1");
  }

  @Test
  void clientOfASessionNeedNotSign() throws Exception {
    assertThat(upgrade(EdgeFixture.get(DATA + "&cell-number=AAE+/w==")))
        .isInstanceOf(Upgrade.Accepted.class);
    assertThat(fixture.opened.getFirst().caller()).isEmpty();
    assertThat(fixture.events()).isEmpty();
  }

  @Test
  void controlChannelMustBeSigned() throws Exception {
    assertRefused(upgrade(EdgeFixture.get(CONTROL)), 403, "MissingAuthenticationTokenException");
    assertThat(fixture.events()).isEmpty();
  }

  @Test
  void onlyTheNodeItselfOpensItsControlChannel() throws Exception {
    String other = CONTROL.replace(EdgeFixture.NODE, "mi-0123456789abcdef1");

    assertRefused(upgrade(signedByNode(other)), 403, "AccessDeniedException");
    assertRefused(
        upgrade(fixture.signed(EdgeFixture.get(CONTROL), "ssmmessages")),
        403,
        "AccessDeniedException");
    assertThat(fixture.events())
        .extracting(event -> event.get("errorCode"))
        .containsExactly("AccessDenied", "AccessDenied");
  }

  @Test
  void signedDataChannelMustBeSignedRight() throws Exception {
    HttpRequest signed = signedByNode(DATA);
    HttpRequest otherSession =
        new HttpRequest(
            "GET",
            URI.create(signed.uri().toString().replace("admin-1", "admin-2")),
            signed.headers(),
            signed.body());

    assertRefused(upgrade(otherSession), 403, "InvalidSignatureException");
    assertThat(fixture.events().getFirst()).containsEntry("errorCode", "InvalidSignatureException");
  }

  @Test
  void rolesMustFit() {
    for (String target :
        List.of(
            CONTROL.replace("subscribe&", "publish_subscribe&"),
            CONTROL.replace("&stream=input", ""),
            "/v1/data-channel/admin-1",
            "/v1/data-channel/admin-1?role=subscribe",
            "/v1/data-channel/admin-1?role=publish_subscribe&role=publish_subscribe")) {
      assertRefused(upgrade(signedByNode(target)), 400, "ValidationException");
    }
  }

  @Test
  void ambiguousPathsOpenNothing() {
    HttpRequest signed = signedByNode(CONTROL);
    for (String path :
        List.of(
            "/v1/control-channel/" + EdgeFixture.NODE + ";x",
            "/v1/control-channel/x/../" + EdgeFixture.NODE,
            "/v1/./control-channel/" + EdgeFixture.NODE,
            "/v1//control-channel/" + EdgeFixture.NODE,
            "//v1/control-channel/" + EdgeFixture.NODE,
            "/v1/control-channel%2F" + EdgeFixture.NODE,
            "/v1/control-channel/" + EdgeFixture.NODE + "%2F..",
            "/v1/control-channel/" + EdgeFixture.NODE + "/",
            "/v1/control-channel/%2e%2e",
            "/V1/control-channel/" + EdgeFixture.NODE,
            "/v1/data-channel/a%00",
            "/v1/data-channel/" + "a".repeat(97),
            "/v1/other/" + EdgeFixture.NODE)) {
      Upgrade upgrade =
          fixture.edge.upgrade(EdgeFixture.call(signed, path + "?role=subscribe&stream=input"));
      assertThat(upgrade).as(path).isInstanceOf(Upgrade.Refused.class);
    }
    assertThat(fixture.opened).isEmpty();
  }

  @Test
  void channelsAreCreatedWithXmlAnswers() throws Exception {
    HttpAnswer control =
        fixture.send(signedByNode(post("/v1/control-channel/" + EdgeFixture.NODE)));
    HttpAnswer data = fixture.send(signedByNode(post("/v1/data-channel/admin-1")));

    assertThat(control.status()).isEqualTo(201);
    XmlElement root = XmlElement.parse(control.body());
    assertThat(root.name()).isEqualTo("CreateControlChannelResponse");
    assertThat(root.childText("MessageSchemaVersion")).isEqualTo("1.0");
    assertThat(root.childText("TokenValue")).isEqualTo("T<null" + EdgeFixture.NODE);
    assertThat(XmlElement.parse(data.body()).childText("TokenValue")).isEqualTo("T<admin-1null");
    assertThat(fixture.events())
        .extracting(event -> event.get("eventName"))
        .containsExactly("CreateControlChannel", "CreateDataChannel");
  }

  @Test
  void pathNamesTheChannelWhateverTheBodySays() throws Exception {
    HttpRequest request =
        new HttpRequest(
            "POST",
            URI.create("https://localhost:8443/v1/data-channel/admin-1"),
            Map.of("content-type", List.of("application/json")),
            "{\"SessionId\":\"other\"}".getBytes(StandardCharsets.UTF_8));

    HttpAnswer answer = fixture.send(signedByNode(request));

    assertThat(EdgeFixture.text(answer)).contains("T&lt;admin-1null");
  }

  @Test
  void channelRefusalsAreXmlToo() throws Exception {
    HttpAnswer answer = fixture.send(post("/v1/control-channel/" + EdgeFixture.NODE));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(XmlElement.parse(answer.body()).name())
        .isEqualTo("MissingAuthenticationTokenException");
  }

  private static HttpRequest post(String path) {
    return new HttpRequest(
        "POST",
        URI.create("https://localhost:8443" + path),
        Map.of("content-type", List.of("application/json")),
        "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"r\"}".getBytes(StandardCharsets.UTF_8));
  }

  private HttpRequest signedByNode(String target) {
    return signedByNode(EdgeFixture.get(target));
  }

  private HttpRequest signedByNode(HttpRequest request) {
    return fixture.signed(request, fixture.nodeCredentials(), "ssmmessages");
  }

  private Upgrade upgrade(HttpRequest request) {
    return fixture.edge.upgrade(EdgeFixture.call(request));
  }

  private static void assertRefused(Upgrade upgrade, int status, String code) {
    assertThat(upgrade)
        .isInstanceOfSatisfying(
            Upgrade.Refused.class,
            refused -> {
              assertThat(refused.answer().status()).isEqualTo(status);
              assertThat(EdgeFixture.text(refused.answer())).contains("<" + code + ">");
            });
  }
}
