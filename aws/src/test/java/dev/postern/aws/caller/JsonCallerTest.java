package dev.postern.aws.caller;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Exchange;
import dev.postern.aws.Fault;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.json.Json;
import dev.postern.aws.protocol.FaultResponse;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.sigv4.AccessKey;
import dev.postern.aws.sigv4.BodyHash;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.ReceivedRequest;
import dev.postern.aws.sigv4.RequestPath;
import dev.postern.aws.sigv4.RequestSignature;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonCallerTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-22T09:28:16Z"));
  private static final URI ENDPOINT = URI.create("https://localhost:8443");
  private static final Credentials CREDENTIALS = new Credentials("AKIDEXAMPLE", "secret", "token");

  /** The key of {@link #CREDENTIALS} as the service knows it. */
  private record Key(String secretAccessKey) implements AccessKey {
    @Override
    public boolean acceptsSessionToken(@Nullable String sessionToken) {
      return AccessKey.sameToken("token", sessionToken);
    }

    @Override
    public @Nullable Instant expiration() {
      return null;
    }
  }

  @Test
  void callIsSignedAndItsOutputIsRead() throws Exception {
    Exchange service =
        request -> {
          assertThat(request.headers())
              .containsEntry("x-amz-target", List.of("AmazonSSM.StartSession"))
              .containsEntry("content-type", List.of("application/x-amz-json-1.1"));
          signature(request)
              .verify("ssm", _ -> new Key("secret"), BodyHash.of(request.body()), CLOCK.instant());
          return answer(200, new String(request.body(), StandardCharsets.UTF_8));
        };
    var caller =
        new JsonCaller(
            service, ENDPOINT, "us-east-1", "ssm", "AmazonSSM", () -> CREDENTIALS, CLOCK);

    assertThat(caller.call("StartSession", Map.of("Target", "i-0abc")))
        .isEqualTo(Map.of("Target", "i-0abc"));
  }

  @Test
  void refusalIsAFault() {
    var refusal = new Fault("TargetNotConnected", 400, "i-0abc is not connected.");
    JsonCaller caller = anonymous(_ -> FaultResponse.write(refusal, Protocol.JSON, "", "id"));

    assertThatThrownBy(() -> caller.call("StartSession", Map.of()))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo("TargetNotConnected");
              assertThat(fault.message()).isEqualTo("i-0abc is not connected.");
            });
  }

  @Test
  void answerThatIsNoJsonIsAFailureOfTheExchange() {
    assertThatThrownBy(() -> anonymous(_ -> answer(200, "<html>")).call("A", Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no JSON");
  }

  @Test
  void anonymousCallHasNoSignature() throws Exception {
    JsonCaller caller =
        anonymous(request -> {
          assertThat(request.headers()).doesNotContainKey("authorization");
          return answer(200, "");
        });

    assertThat(caller.call("RegisterManagedInstance", Map.of())).isEmpty();
  }

  @Test
  void nodeSignsWithItsOwnKey() throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    Exchange service =
        request -> {
          RequestSignature signature = signature(request);
          NodeSignature.verify(
              signature, keys.getPublic(), BodyHash.of(request.body()), CLOCK.instant());
          return answer(200, Json.writeString(Map.of("Node", signature.accessKeyId())));
        };
    var node = Authentication.node("mi-0123456789abcdef0", keys.getPrivate(), "us-east-1", CLOCK);
    var caller = new JsonCaller(service, ENDPOINT, "AmazonSSM", node);

    assertThat(caller.call("RequestManagedInstanceRoleToken", Map.of()))
        .containsEntry("Node", "mi-0123456789abcdef0");
  }

  @Test
  void channelTokenIsReadFromXml() throws Exception {
    Exchange gateway =
        request -> {
          assertThat(request.uri().getRawPath())
              .isEqualTo("/v1/data-channel/jane%40example.com-0e34");
          signature(request)
              .verify(
                  "ssmmessages",
                  _ -> new Key("secret"),
                  BodyHash.of(request.body()),
                  CLOCK.instant());
          return answer(
              201,
              "<CreateDataChannelResponse><TokenValue>T</TokenValue></CreateDataChannelResponse>");
        };
    var sigV4 = Authentication.sigV4("us-east-1", "ssmmessages", () -> CREDENTIALS, CLOCK);
    var caller = new ChannelCaller(gateway, ENDPOINT, sigV4);

    assertThat(caller.createDataChannel("jane@example.com-0e34", new UUID(1, 2))).isEqualTo("T");
  }

  @Test
  void channelCallWithoutATokenOrWithAnotherStatusFails() {
    var noToken = new ChannelCaller(_ -> answer(201, "<a/>"), ENDPOINT, Authentication.anonymous());
    var notCreated =
        new ChannelCaller(
            _ -> answer(200, "<a><TokenValue>T</TokenValue></a>"),
            ENDPOINT,
            Authentication.anonymous());

    assertThatThrownBy(() -> noToken.createControlChannel("mi-1", new UUID(1, 2)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> notCreated.createControlChannel("mi-1", new UUID(1, 2)))
        .isInstanceOf(Fault.class);
  }

  private static JsonCaller anonymous(Exchange service) {
    return new JsonCaller(service, ENDPOINT, "AmazonSSM", Authentication.anonymous());
  }

  private static HttpResponse answer(int status, String body) {
    return new HttpResponse(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  private static RequestSignature signature(HttpRequest request) {
    List<ReceivedRequest.Header> headers = new ArrayList<>();
    headers.add(new ReceivedRequest.Header("host", request.host()));
    request
        .headers()
        .forEach(
            (name, values) -> headers.add(new ReceivedRequest.Header(name, values.getFirst())));
    var received =
        new ReceivedRequest(
            request.method(), RequestPath.parse(request.uri().getRawPath()), "", headers);
    return requireNonNull(RequestSignature.parse(received, Protocol.JSON));
  }
}
