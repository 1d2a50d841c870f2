package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.TestIdentities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;
import software.amazon.awssdk.services.sts.model.Tag;

/** A user ann, roles that she may assume or not, and her client of the AWS SDK for Java. */
abstract class StsScene {
  static final String ACCOUNT = EdgeFixture.ACCOUNT;
  static final String SERIAL = "arn:aws:iam::" + ACCOUNT + ":mfa/ann";
  static final byte[] SEED = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
  static final String ANN = "\"AWS\":\"arn:aws:iam::" + ACCOUNT + ":user/ann\"";
  static final String ROOT = "\"AWS\":\"arn:aws:iam::" + ACCOUNT + ":root\"";
  static final String ALL = "[\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]";

  @TempDir Path directory;
  EdgeFixture fixture;
  SdkDoor door;
  TestIdentities identities;
  StsClient ann;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    door = new SdkDoor(fixture.edge);
    identities = new TestIdentities(fixture.clock);
    identities.user("ann", "AIDAANN");
    AccessKeyRecord key = fixture.store.accessKeys().createForUser("ann");
    ann = door.client(StsClient.builder(), key.accessKeyId(), key.secret());
  }

  @AfterEach
  void close() {
    ann.close();
    door.close();
    fixture.close();
  }

  static String arn(String role) {
    return "arn:aws:iam::" + ACCOUNT + ":role/" + role;
  }

  void role(String name, String principal, String actions, String rest) throws Exception {
    identities.role(
        name,
        "AROA" + name.toUpperCase(Locale.ROOT),
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Principal":{%s},"Action":%s%s}]}
        """
            .formatted(principal, actions, rest));
  }

  void role(String name) throws Exception {
    role(name, ANN, ALL, "");
  }

  void allow(String kind, String entity, String action) throws Exception {
    identities.policy(
        kind,
        entity,
        "allow",
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}
        """
            .formatted(action));
  }

  StsClient client(software.amazon.awssdk.services.sts.model.Credentials credentials) {
    return door.client(
        StsClient.builder(),
        AwsSessionCredentials.create(
            credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken()));
  }

  static Consumer<AssumeRoleRequest.Builder> of(String role) {
    return request -> request.roleArn(arn(role)).roleSessionName("s1");
  }

  static PolicyDescriptorType policy(String arn) {
    return PolicyDescriptorType.builder().arn(arn).build();
  }

  static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  static void assertError(String code, int status, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            error -> {
              assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.awsErrorDetails().errorMessage()).isEqualTo(message);
            });
  }

  static String denied(String caller, String action, String role) {
    return "User: "
        + caller
        + " is not authorized to perform: "
        + action
        + " on resource: "
        + arn(role);
  }

  static final String ANN_ARN = "arn:aws:iam::" + ACCOUNT + ":user/ann";
}
