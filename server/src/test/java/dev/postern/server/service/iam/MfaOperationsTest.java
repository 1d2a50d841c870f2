package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import dev.postern.server.access.MfaVerification;
import dev.postern.server.access.TestCodes;
import dev.postern.server.store.IamEntity;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AssignmentStatusType;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.MFADevice;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;

/** Virtual MFA devices. */
final class MfaOperationsTest {
  private static final Duration STEP = Duration.ofSeconds(30);
  private static final String NO_DEVICE = "arn:aws:iam::123456789012:mfa/none";

  @TempDir Path directory;
  private PrincipalFixture iam;

  @BeforeEach
  void open() throws Exception {
    iam = new PrincipalFixture(directory);
    iam.user("alice");
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private static CreateVirtualMfaDeviceRequest named(String name) {
    return CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName(name).build();
  }

  private VirtualMFADevice create(String name) {
    return iam.<CreateVirtualMfaDeviceResponse>run(named(name)).virtualMFADevice();
  }

  /** The seed as an authenticator app reads it. */
  private static byte[] seed(VirtualMFADevice device) {
    String text = device.base32StringSeed().asString(StandardCharsets.US_ASCII);
    BigInteger bits = BigInteger.ONE;
    for (int i = 0; i < text.length(); i++) {
      int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(text.charAt(i));
      bits = bits.shiftLeft(5).or(BigInteger.valueOf(value));
    }
    byte[] marked = bits.toByteArray();
    return Arrays.copyOfRange(marked, 1, marked.length);
  }

  private String code(VirtualMFADevice device, int steps) {
    return TestCodes.code(seed(device), iam.clock.now().plus(STEP.multipliedBy(steps)));
  }

  /** With the codes that the device showed last and shows now. */
  private EnableMfaDeviceRequest enable(String user, VirtualMFADevice device) {
    return EnableMfaDeviceRequest.builder()
        .userName(user)
        .serialNumber(device.serialNumber())
        .authenticationCode1(code(device, -1))
        .authenticationCode2(code(device, 0))
        .build();
  }

  private ResyncMfaDeviceRequest resync(String user, VirtualMFADevice device) {
    return ResyncMfaDeviceRequest.builder()
        .userName(user)
        .serialNumber(device.serialNumber())
        .authenticationCode1(code(device, -1))
        .authenticationCode2(code(device, 0))
        .build();
  }

  private List<String> devicesOf(String user) {
    return iam
        .<ListMfaDevicesResponse>run(ListMfaDevicesRequest.builder().userName(user).build())
        .mfaDevices()
        .stream()
        .map(MFADevice::serialNumber)
        .toList();
  }

  @Test
  void newDeviceComesWithSeedAndImage() {
    VirtualMFADevice made = create("phone");

    assertThat(made.serialNumber()).isEqualTo("arn:aws:iam::123456789012:mfa/phone");
    assertThat(made.base32StringSeed().asString(StandardCharsets.US_ASCII)).matches("[A-Z2-7]{64}");
    assertThat(made.qrCodePNG().asByteArray()).startsWith(0x89, 'P', 'N', 'G');
    assertThat(create("other").base32StringSeed()).isNotEqualTo(made.base32StringSeed());
    iam.refused(
        named("Phone"),
        "EntityAlreadyExists",
        "MFADevice entity at the same path and name already exists.");
  }

  @Test
  void longSerialNumberIsRefused() {
    iam.refused(
        named("x".repeat(226)).copy(device -> device.path("/engineering/")),
        "ValidationException",
        "1 validation error detected: Value '/engineering/' at 'path' failed to satisfy"
            + " constraint: Path and name must not make a serial number longer than 256");
    create("x".repeat(226));
  }

  @Test
  void seedAndCodesAreNotAudited() {
    CreateVirtualMfaDeviceResponse output = iam.run(named("phone"));
    VirtualMFADevice device = output.virtualMFADevice();

    assertThat(new CreateVirtualMFADevice(iam.parts).auditElements(output))
        .isEqualTo(Map.of("virtualMFADevice", Map.of("serialNumber", device.serialNumber())));
    PrincipalRules users = new PrincipalRules(IamEntity.USER, iam.parts);
    assertThat(new EnableMFADevice(users, iam.parts).auditParameters(enable("alice", device)))
        .containsOnlyKeys("userName", "serialNumber");
    assertThat(new ResyncMFADevice(users, iam.parts).auditParameters(resync("alice", device)))
        .containsOnlyKeys("userName", "serialNumber");
  }

  @Test
  void deviceIsEnabledWithTwoCodesInARow() {
    VirtualMFADevice device = create("phone");

    iam.run(enable("ALICE", device));

    assertThat(devicesOf("alice")).containsExactly(device.serialNumber());
    GetMfaDeviceResponse shown =
        iam.run(
            GetMfaDeviceRequest.builder()
                .userName("alice")
                .serialNumber(device.serialNumber())
                .build());
    assertThat(shown.userName()).isEqualTo("alice");
    assertThat(shown.enableDate()).isEqualTo(iam.clock.now());
  }

  @Test
  void wrongCodesEnableNothing() {
    VirtualMFADevice device = create("phone");
    EnableMfaDeviceRequest good = enable("alice", device);
    String message = "Authentication code for device is not valid.";

    iam.refused(
        good.copy(codes -> codes.authenticationCode1(good.authenticationCode2())),
        "InvalidAuthenticationCode",
        message);
    iam.refused(
        good.copy(codes ->
            codes.authenticationCode1(code(device, -31)).authenticationCode2(code(device, -30))),
        "InvalidAuthenticationCode",
        message);
    assertThat(devicesOf("alice")).isEmpty();
    iam.refused(
        good.copy(codes -> codes.authenticationCode1("12345")),
        "ValidationException",
        "1 validation error detected: Value at 'authenticationCode1' failed to satisfy constraint:"
            + " Member must have length greater than or equal to 6");
  }

  @Test
  void deviceIsEnabledForOneUserOnly() {
    iam.user("bob");
    VirtualMFADevice device = create("phone");
    iam.run(enable("alice", device));
    iam.clock.advance(STEP.multipliedBy(2));

    iam.refused(enable("bob", device), "EntityAlreadyExists", "MFA Device is already in use.");
    iam.refused(
        enable("nobody", device), "NoSuchEntity", "The user with name nobody cannot be found.");
    iam.refused(
        enable("bob", device).copy(codes -> codes.serialNumber(NO_DEVICE)),
        "NoSuchEntity",
        "VirtualMFADevice with serial number " + NO_DEVICE + " doesn't exist.");
  }

  @Test
  void userHasEightDevices() {
    for (int i = 0; i < 8; i++) {
      iam.run(enable("alice", create("phone" + i)));
    }
    iam.refused(
        enable("alice", create("one-more")),
        "LimitExceeded",
        "Cannot exceed quota for MFADevicesPerUser: 8");
    ListMfaDevicesResponse first =
        iam.run(ListMfaDevicesRequest.builder().userName("alice").maxItems(5).build());
    ListMfaDevicesResponse second =
        iam.run(
            ListMfaDevicesRequest.builder()
                .userName("alice")
                .maxItems(5)
                .marker(first.marker())
                .build());
    assertThat(first.mfaDevices()).hasSize(5);
    assertThat(second.mfaDevices()).hasSize(3);
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void codesAreGoodOnce() {
    VirtualMFADevice device = create("phone");
    EnableMfaDeviceRequest enable = enable("alice", device);
    ResyncMfaDeviceRequest resync = resync("alice", device);
    iam.run(enable);

    String message = "Authentication code for device is not valid.";
    iam.refused(resync, "InvalidAuthenticationCode", message);
    iam.run(
        DeactivateMfaDeviceRequest.builder()
            .userName("alice")
            .serialNumber(device.serialNumber())
            .build());
    iam.refused(enable, "InvalidAuthenticationCode", message);
    iam.clock.advance(STEP);

    iam.run(enable("alice", device));
  }

  @Test
  void deviceWhoseClockIsOffWorksOnceItIsResynchronized() {
    VirtualMFADevice device = create("phone");
    iam.run(enable("alice", device));
    MfaVerification verification = new MfaVerification(iam.store.mfaCodes());
    iam.clock.advance(STEP);
    assertThat(verify(verification, device, 10)).isEqualTo(MfaVerification.Outcome.WRONG);

    iam.run(
        resync("alice", device)
            .copy(codes ->
                codes.authenticationCode1(code(device, 9)).authenticationCode2(code(device, 10))));

    assertThat(verify(verification, device, 10)).isEqualTo(MfaVerification.Outcome.WRONG);
    assertThat(verify(verification, device, 11)).isEqualTo(MfaVerification.Outcome.GOOD);
    iam.clock.advance(STEP.multipliedBy(5));
    assertThat(verify(verification, device, 0)).isEqualTo(MfaVerification.Outcome.WRONG);
    assertThat(verify(verification, device, 10)).isEqualTo(MfaVerification.Outcome.GOOD);
  }

  private MfaVerification.Outcome verify(
      MfaVerification verification, VirtualMFADevice device, int steps) {
    return verification.verify(
        "alice", device.serialNumber(), code(device, steps), iam.clock.now());
  }

  @Test
  void onlyOwnDevicesAreResynchronized() {
    iam.user("bob");
    VirtualMFADevice device = create("phone");
    iam.run(enable("alice", device));
    iam.clock.advance(STEP);

    iam.refused(
        resync("bob", device),
        "NoSuchEntity",
        "VirtualMFADevice with serial number " + device.serialNumber() + " doesn't exist.");
    iam.refused(
        resync("nobody", device), "NoSuchEntity", "The user with name nobody cannot be found.");
    iam.run(resync("alice", device));
  }

  @Test
  void deviceIsDeletedOnceItIsNobodys() {
    VirtualMFADevice device = create("phone");
    iam.run(enable("alice", device));
    DeleteVirtualMfaDeviceRequest delete =
        DeleteVirtualMfaDeviceRequest.builder().serialNumber(device.serialNumber()).build();
    DeactivateMfaDeviceRequest deactivate =
        DeactivateMfaDeviceRequest.builder()
            .userName("alice")
            .serialNumber(device.serialNumber())
            .build();

    iam.refused(delete, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.");
    iam.refused(
        DeleteUserRequest.builder().userName("alice").build(),
        "DeleteConflict",
        "Cannot delete entity, must delete MFA device first.");
    iam.run(deactivate);
    iam.refused(deactivate, "NoSuchEntity", "MFA Device invalid for user.");
    iam.refused(
        deactivate.copy(user -> user.userName("nobody")),
        "NoSuchEntity",
        "The user with name nobody cannot be found.");
    iam.refused(
        GetMfaDeviceRequest.builder().userName("alice").serialNumber(device.serialNumber()).build(),
        "NoSuchEntity",
        "MFA Device invalid for user.");
    iam.run(delete);

    iam.refused(
        delete,
        "NoSuchEntity",
        "VirtualMFADevice with serial number " + device.serialNumber() + " doesn't exist.");
    create("phone");
  }

  @Test
  void devicesOfTheAccountAreListedInPages() {
    VirtualMFADevice used = create("a");
    create("b");
    create("c");
    iam.run(enable("alice", used));

    ListVirtualMfaDevicesResponse assigned =
        iam.run(
            ListVirtualMfaDevicesRequest.builder()
                .assignmentStatus(AssignmentStatusType.ASSIGNED)
                .build());
    ListVirtualMfaDevicesResponse first =
        iam.run(
            ListVirtualMfaDevicesRequest.builder()
                .assignmentStatus(AssignmentStatusType.UNASSIGNED)
                .maxItems(1)
                .build());
    ListVirtualMfaDevicesResponse second =
        iam.run(
            ListVirtualMfaDevicesRequest.builder()
                .assignmentStatus(AssignmentStatusType.UNASSIGNED)
                .maxItems(1)
                .marker(first.marker())
                .build());
    ListVirtualMfaDevicesResponse all = iam.run(ListVirtualMfaDevicesRequest.builder().build());

    VirtualMFADevice shown = assigned.virtualMFADevices().getFirst();
    assertThat(assigned.virtualMFADevices()).hasSize(1);
    assertThat(shown.serialNumber()).isEqualTo(used.serialNumber());
    assertThat(shown.user().arn()).isEqualTo("arn:aws:iam::123456789012:user/alice");
    assertThat(shown.base32StringSeed()).isNull();
    assertThat(shown.qrCodePNG()).isNull();
    assertThat(first.virtualMFADevices().getFirst().serialNumber()).endsWith("mfa/b");
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.virtualMFADevices().getFirst().serialNumber()).endsWith("mfa/c");
    assertThat(second.isTruncated()).isFalse();
    assertThat(all.virtualMFADevices()).hasSize(3);
  }

  @Test
  void tagsOfDeviceAreSetListedAndRemoved() {
    Tag blue = Tag.builder().key("team").value("blue").build();
    Tag other = Tag.builder().key("x").value("y").build();
    CreateVirtualMfaDeviceResponse made = iam.run(named("phone").copy(device -> device.tags(blue)));
    String serial = made.virtualMFADevice().serialNumber();
    iam.run(TagMfaDeviceRequest.builder().serialNumber(serial).tags(other).build());

    ListMfaDeviceTagsResponse first =
        iam.run(ListMfaDeviceTagsRequest.builder().serialNumber(serial).maxItems(1).build());
    assertThat(first.tags()).containsExactly(blue);
    assertThat(first.isTruncated()).isTrue();
    iam.run(UntagMfaDeviceRequest.builder().serialNumber(serial).tagKeys("team").build());

    ListMfaDeviceTagsResponse rest =
        iam.run(ListMfaDeviceTagsRequest.builder().serialNumber(serial).build());
    assertThat(rest.tags()).containsExactly(other);
    String message = "VirtualMFADevice with serial number " + NO_DEVICE + " doesn't exist.";
    for (Object input :
        List.of(
            TagMfaDeviceRequest.builder().serialNumber(NO_DEVICE).tags(blue).build(),
            UntagMfaDeviceRequest.builder().serialNumber(NO_DEVICE).tagKeys("team").build(),
            ListMfaDeviceTagsRequest.builder().serialNumber(NO_DEVICE).build())) {
      iam.refused(input, "NoSuchEntity", message);
    }
  }

  /** As in AWS's policy that lets users manage their own devices. */
  @Test
  void callerManagesOwnDevice() {
    Caller self =
        iam.userWho(
            "bob",
            """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["iam:CreateVirtualMFADevice",
                "iam:DeleteVirtualMFADevice"],"Resource":"arn:aws:iam::*:mfa/*"},
              {"Effect":"Allow","Action":["iam:EnableMFADevice","iam:ListMFADevices",
                "iam:ResyncMFADevice","iam:DeactivateMFADevice"],
                "Resource":"arn:aws:iam::*:user/${aws:username}"}]}\
            """);
    CreateVirtualMfaDeviceResponse made = iam.run(self, named("bob"));
    VirtualMFADevice device = made.virtualMFADevice();

    iam.run(self, enable("bob", device));
    ListMfaDevicesResponse listed = iam.run(self, ListMfaDevicesRequest.builder().build());
    assertThat(listed.mfaDevices()).hasSize(1);
    iam.run(self, DeactivateMfaDeviceRequest.builder().serialNumber(device.serialNumber()).build());
    iam.run(
        self, DeleteVirtualMfaDeviceRequest.builder().serialNumber(device.serialNumber()).build());

    VirtualMFADevice alices = create("alice");
    iam.denied(self, enable("alice", alices));
    iam.denied(self, ListVirtualMfaDevicesRequest.builder().build());
    // What is no ARN is a resource too.
    iam.denied(self, DeleteVirtualMfaDeviceRequest.builder().serialNumber("GAHT12345678").build());
  }
}
