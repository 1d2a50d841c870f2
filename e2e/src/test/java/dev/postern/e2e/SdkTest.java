package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.CreateActivationResponse;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsRequest;
import software.amazon.awssdk.services.ssm.model.InvalidActivationIdException;
import software.amazon.awssdk.services.ssm.model.SsmException;
import software.amazon.awssdk.services.ssm.model.TargetNotConnectedException;

/** The AWS SDK for Java as a client. */
@Timeout(120)
class SdkTest {
  @TempDir Path temporary;

  @Test
  void callsPagersAndTypedErrorsWork() throws Exception {
    try (RunningServer server = new RunningServer(temporary.resolve("server"));
        SsmClient ssm = client(server, true)) {
      CreateActivationResponse activation =
          ssm.createActivation(request -> request.iamRole("SSMServiceRole").description("one"));
      ssm.createActivation(request -> request.iamRole("SSMServiceRole").description("two"));
      ssm.createActivation(request -> request.iamRole("SSMServiceRole").description("three"));

      assertThat(
              ssm.describeActivationsPaginator(
                      DescribeActivationsRequest.builder().maxResults(2).build())
                  .activationList())
          .extracting(found -> found.description())
          .containsExactly("three", "two", "one");
      assertThatThrownBy(() -> ssm.startSession(request -> request.target("mi-0123456789abcdef0")))
          .isInstanceOf(TargetNotConnectedException.class);
      ssm.deleteActivation(request -> request.activationId(activation.activationId()));
      assertThatThrownBy(() ->
              ssm.deleteActivation(request -> request.activationId(activation.activationId())))
          .isInstanceOf(InvalidActivationIdException.class);
      assertThatThrownBy(() -> ssm.listCommands())
          .isInstanceOfSatisfying(
              SsmException.class,
              refused ->
                  assertThat(refused.awsErrorDetails().errorCode())
                      .isEqualTo("UnknownOperationException"));
    }
  }

  @Test
  void wrongSecretIsRefusedWithAwssCode() throws Exception {
    try (RunningServer server = new RunningServer(temporary.resolve("server"));
        SsmClient ssm = client(server, false)) {
      assertThatThrownBy(ssm::describeActivations)
          .isInstanceOfSatisfying(
              SsmException.class,
              refused ->
                  assertThat(refused.awsErrorDetails().errorCode())
                      .isEqualTo("InvalidSignatureException"));
    }
  }

  private static SsmClient client(RunningServer server, boolean rightSecret) throws Exception {
    String file = Files.readString(server.data().resolve("aws/credentials"));
    String secret = rightSecret ? value(file, "aws_secret_access_key") : "wrong";
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream ca = Files.newInputStream(server.ca())) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    return SsmClient.builder()
        .endpointOverride(server.url())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(value(file, "aws_access_key_id"), secret)))
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().tlsTrustManagersProvider(managers::getTrustManagers))
        .build();
  }

  private static String value(String file, String key) {
    return file.lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf('=') + 1).strip())
        .findFirst()
        .orElseThrow();
  }
}
