package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.CreateActivationResponse;
import software.amazon.awssdk.services.ssm.model.TargetNotConnectedException;
import software.amazon.awssdk.services.sts.StsClient;

/** A whole server with the AWS SDK as its client, over TLS. */
final class PosternTest {
  @TempDir Path directory;

  private Postern start() {
    PosternConfig config =
        PosternConfig.load(Optional.empty(), Map.of(), Map.of("server.listen", "127.0.0.1:0"));
    return Postern.start(
        config, directory.resolve("data"), Map.of(), InstantSource.system(), new SecureRandom());
  }

  @Test
  void administratorCallsWithTheProfilesKey() throws Exception {
    try (Postern server = start();
        StsClient sts = client(StsClient.builder(), server);
        Ec2Client ec2 = client(Ec2Client.builder(), server);
        SsmClient ssm = client(SsmClient.builder(), server)) {
      assertThat(sts.getCallerIdentity().arn()).isEqualTo("arn:aws:iam::123456789012:user/admin");
      assertThat(ssm.describeInstanceInformation().instanceInformationList()).isEmpty();
      assertThat(ec2.describeInstances().reservations()).isEmpty();
      assertThatThrownBy(() -> ssm.startSession(r -> r.target("i-0abc123def456")))
          .isInstanceOf(TargetNotConnectedException.class);
    }
  }

  @Test
  void keysAndActivationsAreThereAfterARestart() throws Exception {
    String activationId;
    try (Postern server = start();
        SsmClient ssm = client(SsmClient.builder(), server)) {
      CreateActivationResponse activation =
          ssm.createActivation(r -> r.iamRole("SSMServiceRole").defaultInstanceName("web-1"));
      activationId = activation.activationId();
    }

    try (Postern server = start();
        SsmClient ssm = client(SsmClient.builder(), server)) {
      assertThat(ssm.describeActivations().activationList())
          .extracting("activationId")
          .containsExactly(activationId);
    }
  }

  @Test
  void closingTwiceIsFine() {
    Postern server = start();

    server.close();
    server.close();

    start().close();
  }

  private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
      B builder, Postern server) throws Exception {
    return builder
        .endpointOverride(server.publicUrl())
        .region(Region.US_EAST_1)
        .credentialsProvider(StaticCredentialsProvider.create(credentials()))
        .httpClientBuilder(UrlConnectionHttpClient.builder().tlsTrustManagersProvider(this::trust))
        .build();
  }

  private AwsBasicCredentials credentials() throws Exception {
    String file = Files.readString(directory.resolve("data/aws/credentials"));
    return AwsBasicCredentials.create(
        value(file, "aws_access_key_id"), value(file, "aws_secret_access_key"));
  }

  private static String value(String file, String key) {
    return file.lines()
        .filter(line -> line.startsWith(key + " = "))
        .map(line -> line.substring(key.length() + 3))
        .findFirst()
        .orElseThrow();
  }

  private TrustManager[] trust() {
    try (InputStream pem = Files.newInputStream(directory.resolve("data/tls/ca.pem"))) {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      anchors.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(anchors);
      return factory.getTrustManagers();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }
}
