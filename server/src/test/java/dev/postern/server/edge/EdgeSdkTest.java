package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.SsmException;
import software.amazon.awssdk.services.ssm.model.StartSessionResponse;
import software.amazon.awssdk.services.ssm.model.TargetNotConnectedException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

/** The AWS SDK for Java against the edge, over plain HTTP. */
final class EdgeSdkTest {
  @TempDir Path directory;
  private EdgeFixture fixture;
  private HttpServer server;
  private ExecutorService threads;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.close();
    fixture.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var headers = new ArrayList<HttpCall.Header>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> values.forEach(v -> headers.add(new HttpCall.Header(name, v))));
    HttpAnswer answer =
        fixture.edge.answer(
            new HttpCall(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                exchange.getRequestBody().readAllBytes(),
                exchange.getRemoteAddress()));
    answer.headers().forEach(h -> exchange.getResponseHeaders().add(h.name(), h.value()));
    exchange.sendResponseHeaders(answer.status(), answer.body().length);
    exchange.getResponseBody().write(answer.body());
    exchange.close();
  }

  private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
      B builder, String secret) {
    return builder
        .endpointOverride(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(fixture.admin.accessKeyId(), secret)))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  @Test
  void sessionIsStarted() {
    try (SsmClient ssm = client(SsmClient.builder(), fixture.admin.secretAccessKey())) {
      StartSessionResponse response = ssm.startSession(r -> r.target("i-1"));

      assertThat(response.sessionId()).isEqualTo("admin-1");
      assertThat(response.tokenValue()).isEqualTo("top-secret-token");
      assertThat(response.responseMetadata().requestId()).hasSize(36);
    }
  }

  @Test
  void modelledErrorsAreRecognised() {
    try (SsmClient ssm = client(SsmClient.builder(), fixture.admin.secretAccessKey())) {
      assertThatThrownBy(() -> ssm.startSession(r -> r.target("i-gone")))
          .isInstanceOfSatisfying(
              TargetNotConnectedException.class,
              error ->
                  assertThat(error.awsErrorDetails().errorMessage())
                      .isEqualTo("i-gone is not connected."));
    }
  }

  @Test
  void commonErrorsAreRecognised() {
    try (SsmClient ssm = client(SsmClient.builder(), "wrong")) {
      assertThatThrownBy(() -> ssm.startSession(r -> r.target("i-1")))
          .isInstanceOfSatisfying(
              SsmException.class,
              error ->
                  assertThat(error.awsErrorDetails().errorCode())
                      .isEqualTo("InvalidSignatureException"));
    }
  }

  @Test
  void callerIdentityIsTold() {
    try (StsClient sts = client(StsClient.builder(), fixture.admin.secretAccessKey())) {
      GetCallerIdentityResponse who = sts.getCallerIdentity();

      assertThat(who.arn()).isEqualTo("arn:aws:iam::123456789012:user/admin");
      assertThat(who.account()).isEqualTo("123456789012");
    }
  }

  @Test
  void queryErrorsAreRecognised() {
    try (StsClient sts = client(StsClient.builder(), "wrong")) {
      assertThatThrownBy(sts::getCallerIdentity)
          .isInstanceOfSatisfying(
              StsException.class,
              error -> {
                assertThat(error.statusCode()).isEqualTo(403);
                assertThat(error.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
              });
    }
  }
}
