package dev.postern.aws.sigv4;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.protocol.Protocol;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSignatureTest {
  private static final Instant TIME = Instant.parse("2026-11-22T09:28:16Z");
  private static final String NODE = "mi-0123456789abcdef0";
  private static final byte[] BODY =
      "{\"Fingerprint\":\"979b554b-0e44-4b3f-9a0f-1f2d3c4b5a69\"}".getBytes(StandardCharsets.UTF_8);

  /** Made by OpenSSL 3 over the string to sign of the same request. */
  private static final String OPENSSL_PUBLIC_KEY =
      "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwsmugG8FgpACDaTjOnLkn29Ojh7BNIPU"
          + "WEcknp1/9VIhBK3w6/85O1IdITcVnQiNCuFyja7jYqLOfOslZnxFtr8uCKgfH4iPvyiNmO4ysPJl"
          + "Nd/mBow4vqW5OBphlIgGqgR5ZY+BKeVQ+LXB28eg/vcznXj/Z+ymSV6nWvDYktmOD9ZHMperPigy"
          + "wM+TV22eHagsmlicuLEaL6bGAHxPhzRxUT1k56S72yUjY2GIeBc8uWLE4TLkbDcaNnQPVT1HN5lQ"
          + "WATmtu4jyd61s5EIP4ZEBaMSzfDxC/j2K2QpQ/eMCs5c0X4iMR8qR9DFWOmPf3wRMIqQf22KM+Gi"
          + "YZ+2hwIDAQAB";

  private static final String OPENSSL_SIGNATURE =
      "vjQ4dbmC6bVFPI173VpMdnJC5UsjM9uJZrhCkvcHJRFEQJsBggeVbSV3yUUE9NeBOjrYzYOBQVXf"
          + "gzB9CM0iwViJGPi5gbm/p8wATIHtHvfKYU8pGVlhoAmNdLGZFa8HDX8lfD0TbwyTT7DcFJSB5GLZ"
          + "sJFDUjO8HqTRfUk3Bk9FpiZC0SQdSdScFK7siXyaFfggYea/Gh7Rvzxp2i2GSkTMJ0HT97kDWcB4"
          + "vh5G4dz+NFTHsxXxC5zaCUP16fg4Yov4N+CjMvMHyLjgSVhyHKmyccvULV31R9mVdXuTW9U0j5k3"
          + "B40JTpEYlyzf3YO4/xH+N/Vy55qjrUs1gTyXUg==";

  private static KeyPair keys;
  private static KeyPair otherKeys;

  @BeforeAll
  static void generate() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    otherKeys = generator.generateKeyPair();
  }

  @Test
  void signatureOfAnotherProgramHolds() {
    ReceivedRequest request = withSignature(signed(), OPENSSL_SIGNATURE);

    verify(request, NodeSignature.parsePublicKey(OPENSSL_PUBLIC_KEY), BODY, TIME);
  }

  @Test
  void ownSignatureHoldsAndNamesTheNode() {
    RequestSignature signature = parse(signed());

    NodeSignature.verify(signature, keys.getPublic(), BodyHash.of(BODY), TIME);

    assertThat(signature.accessKeyId()).isEqualTo(NODE);
    assertThat(signature.isNodeSignature()).isTrue();
  }

  @Test
  void unsignedHashOfTheBodyMayAccompanyTheRequest() {
    ReceivedRequest request = with(signed(), "X-Amz-Content-Sha256", BodyHash.of(BODY));

    verify(request, keys.getPublic(), BODY, TIME);
  }

  @Test
  void otherKeyBodyTimeOrTargetIsRefused() {
    PublicKey key = keys.getPublic();

    assertThat(fault(signed(), otherKeys.getPublic(), BODY, TIME).code())
        .isEqualTo("InvalidSignatureException");
    assertThat(fault(signed(), key, new byte[0], TIME).code())
        .isEqualTo("InvalidSignatureException");
    assertThat(fault(signed(), key, BODY, TIME.plusSeconds(901)).message())
        .startsWith("Signature expired");
    assertThat(fault(with(signed(), "x-amz-target", "AmazonSSM.Other"), key, BODY, TIME).code())
        .isEqualTo("IncompleteSignatureException");
  }

  @ParameterizedTest
  @ValueSource(strings = {"AAAA", "!!!", "="})
  void textThatIsNoSignatureIsRefused(String signature) {
    assertThat(fault(withSignature(signed(), signature), keys.getPublic(), BODY, TIME).code())
        .isEqualTo("InvalidSignatureException");
  }

  @Test
  void nodesSignatureIsNoAccessKeys() {
    Fault fault =
        requireNonNull(
            catchThrowableOfType(
                Fault.class,
                () ->
                    parse(signed())
                        .verify("ssm", _ -> SampleKey.LONG_TERM, BodyHash.of(BODY), TIME)));

    assertThat(fault.code()).isEqualTo("InvalidSignatureException");
  }

  @Test
  void accessKeysSignatureIsNoNodes() {
    ReceivedRequest request = SampleRequests.signed(TIME, SampleKey.LONG_TERM, "ssm");

    assertThat(fault(request, keys.getPublic(), new byte[] {'{', '}'}, TIME).code())
        .isEqualTo("InvalidSignatureException");
  }

  @Test
  void publicKeyTravelsAsText() {
    String text = NodeSignature.encode(keys.getPublic());

    assertThat(text).hasSize(392);
    assertThat(NodeSignature.parsePublicKey(text)).isEqualTo(keys.getPublic());
  }

  @Test
  void publicKeyThatIsNoneOrTooSmallIsRefused() throws Exception {
    KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
    small.initialize(1024);
    KeyPairGenerator elliptic = KeyPairGenerator.getInstance("EC");
    String whole = NodeSignature.encode(keys.getPublic());

    List<String> refused =
        List.of(
            "",
            "no base64",
            whole.substring(0, 200),
            NodeSignature.encode(small.generateKeyPair().getPublic()),
            NodeSignature.encode(elliptic.generateKeyPair().getPublic()));

    for (String text : refused) {
      assertThatIllegalArgumentException().isThrownBy(() -> NodeSignature.parsePublicKey(text));
    }
  }

  private static ReceivedRequest signed() {
    Map<String, List<String>> headers =
        Map.of(
            "content-type", List.of("application/x-amz-json-1.1"),
            "x-amz-target", List.of("AmazonSSM.RequestManagedInstanceRoleToken"));
    var request = new HttpRequest("POST", URI.create("https://localhost:8443/"), headers, BODY);
    return SampleRequests.received(
        NodeSignature.sign(request, NODE, keys.getPrivate(), "us-east-1", TIME));
  }

  private static ReceivedRequest withSignature(ReceivedRequest request, String signature) {
    String authorization = requireNonNull(request.header("authorization"));
    int end = authorization.indexOf("Signature=") + "Signature=".length();
    List<ReceivedRequest.Header> headers = new ArrayList<>(request.headers());
    headers.removeIf(header -> header.name().equals("authorization"));
    var changed = new ReceivedRequest(request.method(), request.path(), "", headers);
    return with(changed, "authorization", authorization.substring(0, end) + signature);
  }

  private static ReceivedRequest with(ReceivedRequest request, String name, String value) {
    List<ReceivedRequest.Header> headers = new ArrayList<>(request.headers());
    headers.add(new ReceivedRequest.Header(name, value));
    return new ReceivedRequest(request.method(), request.path(), "", headers);
  }

  private static RequestSignature parse(ReceivedRequest request) {
    return requireNonNull(RequestSignature.parse(request, Protocol.JSON));
  }

  private static void verify(ReceivedRequest request, PublicKey key, byte[] body, Instant now) {
    NodeSignature.verify(parse(request), key, BodyHash.of(body), now);
  }

  private static Fault fault(ReceivedRequest request, PublicKey key, byte[] body, Instant now) {
    return requireNonNull(catchThrowableOfType(Fault.class, () -> verify(request, key, body, now)));
  }
}
