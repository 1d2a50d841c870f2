package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.service.NextToken;
import dev.postern.server.service.iam.Iam;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.InvalidAuthenticationCodeException;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.User;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;
import software.amazon.awssdk.services.sts.StsClient;

/** Users, groups, keys and devices through the AWS SDK for Java. */
final class EdgeUsersTest {
  private static final String OWN =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*",
        "Resource":"arn:aws:iam::*:user/${aws:username}"}]}\
      """;

  @TempDir Path directory;
  private EdgeFixture fixture;
  private SdkDoor door;
  private IamClient admin;

  @BeforeEach
  void open() throws Exception {
    fixture =
        new EdgeFixture(
            directory,
            (probes, store) ->
                List.of(Iam.service(EdgeFixture.ACCOUNT, store, new NextToken(new byte[32]))));
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    door = new SdkDoor(fixture.edge);
    admin = iam(fixture.admin.accessKeyId(), fixture.admin.secretAccessKey());
  }

  @AfterEach
  void close() {
    door.close();
    fixture.close();
  }

  private IamClient iam(String accessKeyId, String secret) {
    return door.client(IamClient.builder(), accessKeyId, secret);
  }

  private AccessKey newKey(String user) {
    return admin.createAccessKey(key -> key.userName(user)).accessKey();
  }

  @Test
  void newUserSignsWithItsKeyAndMayWhatItsGroupMay() {
    User alice = admin.createUser(user -> user.userName("alice").path("/eng/")).user();
    admin.createGroup(group -> group.groupName("ops"));
    admin.addUserToGroup(add -> add.groupName("ops").userName("alice"));
    AccessKey key = newKey("alice");
    IamClient self = iam(key.accessKeyId(), key.secretAccessKey());

    assertThat(
            door.client(StsClient.builder(), key.accessKeyId(), key.secretAccessKey())
                .getCallerIdentity()
                .arn())
        .isEqualTo(alice.arn())
        .isEqualTo("arn:aws:iam::123456789012:user/eng/alice");
    assertThatThrownBy(self::getUser)
        .isInstanceOfSatisfying(
            IamException.class,
            denied -> assertThat(denied.awsErrorDetails().errorCode()).isEqualTo("AccessDenied"));
    admin.attachGroupPolicy(
        attach -> attach.groupName("ops").policyArn("arn:aws:iam::aws:policy/AdministratorAccess"));

    assertThat(self.getUser().user()).isEqualTo(alice);
    assertThat(self.getGroup(group -> group.groupName("ops")).users())
        .extracting(User::userName)
        .containsExactly("alice");
    assertThat(self.listGroupsForUser(groups -> groups.userName("alice")).groups()).hasSize(1);
    assertThat(self.listAttachedGroupPolicies(list -> list.groupName("ops")).attachedPolicies())
        .hasSize(1);
  }

  @Test
  void keyThatIsInactiveOrDeletedSignsNothing() {
    admin.createUser(user -> user.userName("alice"));
    AccessKey key = newKey("alice");
    StsClient self = door.client(StsClient.builder(), key.accessKeyId(), key.secretAccessKey());
    self.getCallerIdentity();

    admin.updateAccessKey(update ->
        update.userName("alice").accessKeyId(key.accessKeyId()).status(StatusType.INACTIVE));
    assertThatThrownBy(self::getCallerIdentity)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            refused ->
                assertThat(refused.awsErrorDetails().errorCode())
                    .isEqualTo("InvalidClientTokenId"));
    admin.updateAccessKey(update ->
        update.userName("alice").accessKeyId(key.accessKeyId()).status(StatusType.ACTIVE));
    self.getCallerIdentity();
    admin.deleteAccessKey(delete -> delete.userName("alice").accessKeyId(key.accessKeyId()));

    assertThatThrownBy(self::getCallerIdentity).isInstanceOf(AwsServiceException.class);
  }

  @Test
  void useOfKeyIsNoted() {
    admin.createUser(user -> user.userName("alice"));
    AccessKey key = newKey("alice");
    assertThat(lastUsed(key).lastUsedDate()).isNull();
    assertThat(lastUsed(key).serviceName()).isEqualTo("N/A");

    door.client(StsClient.builder(), key.accessKeyId(), key.secretAccessKey()).getCallerIdentity();

    assertThat(lastUsed(key).lastUsedDate())
        .isEqualTo(fixture.clock.now().truncatedTo(ChronoUnit.SECONDS));
    assertThat(lastUsed(key).serviceName()).isEqualTo("sts");
    assertThat(lastUsed(key).region()).isEqualTo("us-east-1");
    // A wrong secret is no use.
    AccessKey other = newKey("alice");
    assertThatThrownBy(() -> iam(other.accessKeyId(), "wrong").getUser())
        .isInstanceOf(IamException.class);
    assertThat(lastUsed(other).lastUsedDate()).isNull();
  }

  private AccessKeyLastUsed lastUsed(AccessKey key) {
    return admin
        .getAccessKeyLastUsed(get -> get.accessKeyId(key.accessKeyId()))
        .accessKeyLastUsed();
  }

  @Test
  void secretAndSeedAreInNoAuditEvent() throws Exception {
    admin.createUser(user -> user.userName("alice"));
    AccessKey key = newKey("alice");
    VirtualMFADevice device =
        admin.createVirtualMFADevice(make -> make.virtualMFADeviceName("phone")).virtualMFADevice();

    String seed = device.base32StringSeed().asString(StandardCharsets.US_ASCII);
    assertThat(seed).matches("[A-Z2-7]{64}");
    assertThat(device.qrCodePNG().asByteArray()).startsWith(0x89, 'P', 'N', 'G');
    assertThat(fixture.events().toString())
        .contains(key.accessKeyId(), device.serialNumber())
        .doesNotContain(key.secretAccessKey(), seed);
  }

  @Test
  void inlinePolicyIsReadBackAndInForce() {
    admin.createUser(user -> user.userName("alice"));
    admin.putUserPolicy(put -> put.userName("alice").policyName("own").policyDocument(OWN));
    AccessKey key = newKey("alice");
    IamClient self = iam(key.accessKeyId(), key.secretAccessKey());

    String document =
        self.getUserPolicy(get -> get.userName("alice").policyName("own")).policyDocument();
    assertThat(URLDecoder.decode(document, StandardCharsets.UTF_8)).isEqualTo(OWN);
    self.tagUser(
        tag -> tag.userName("alice").tags(Tag.builder().key("team").value("blue").build()));
    assertThat(self.listUserTags(list -> list.userName("alice")).tags()).hasSize(1);
    assertThat(self.listAccessKeys().accessKeyMetadata()).hasSize(1);
    assertThat(self.listMFADevices().mfaDevices()).isEmpty();
    assertThatThrownBy(() -> self.listUsers()).isInstanceOf(IamException.class);
  }

  @Test
  void listsArePagedByTheSdk() {
    for (int i = 0; i < 5; i++) {
      String name = "u" + i;
      admin.createUser(user -> user.userName(name).path("/many/"));
    }

    assertThat(
            admin.listUsersPaginator(list -> list.pathPrefix("/many/").maxItems(2)).users().stream()
                .map(User::userName))
        .containsExactly("u0", "u1", "u2", "u3", "u4");
  }

  @Test
  void refusalsAreTheModelledErrors() {
    admin.createUser(user -> user.userName("alice"));
    newKey("alice");
    newKey("alice");
    VirtualMFADevice device =
        admin.createVirtualMFADevice(make -> make.virtualMFADeviceName("phone")).virtualMFADevice();

    assertThatThrownBy(() -> admin.createUser(user -> user.userName("ALICE")))
        .isInstanceOf(EntityAlreadyExistsException.class);
    assertThatThrownBy(() -> newKey("alice")).isInstanceOf(LimitExceededException.class);
    assertThatThrownBy(() -> admin.getUser(user -> user.userName("nobody")))
        .isInstanceOfSatisfying(
            NoSuchEntityException.class,
            refused -> assertThat(refused.statusCode()).isEqualTo(404));
    assertThatThrownBy(() ->
            admin.enableMFADevice(enable ->
                enable
                    .userName("alice")
                    .serialNumber(device.serialNumber())
                    .authenticationCode1("000000")
                    .authenticationCode2("000000")))
        .isInstanceOf(InvalidAuthenticationCodeException.class);
  }
}
