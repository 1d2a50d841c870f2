package dev.postern.server.service.iam;

import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.AuditShape;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccountAliases;
import dev.postern.server.store.MfaDevices;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;

/** Makes a virtual MFA device, whose seed only this answer shows; it is nobody's yet. */
final class CreateVirtualMFADevice
    extends IamOperation<CreateVirtualMfaDeviceRequest, CreateVirtualMfaDeviceResponse> {
  private static final int NAME_CHARACTERS_MAX = 226;
  private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");

  private final IamArns arns;
  private final MfaDevices devices;
  private final AccountAliases aliases;

  CreateVirtualMFADevice(IamParts parts) {
    super(
        SdkCodec.of(CreateVirtualMfaDeviceRequest.class, CreateVirtualMfaDeviceRequest::builder),
        false);
    this.arns = parts.arns();
    this.devices = parts.store().mfaDevices();
    this.aliases = parts.store().accountAliases();
  }

  @Override
  public void validate(CreateVirtualMfaDeviceRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("virtualMFADeviceName", input.virtualMFADeviceName())
            .required()
            .length(1, NAME_CHARACTERS_MAX)
            .pattern(NAME);
    PrincipalPaths.path(constraints, "path", input.path())
        .check(
            serial(input).length() <= MfaRules.SERIAL_CHARACTERS_MAX,
            "Path and name must not make a serial number longer than "
                + MfaRules.SERIAL_CHARACTERS_MAX);
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
  }

  private String serial(CreateVirtualMfaDeviceRequest input) {
    return arns.mfa(PrincipalPaths.orRoot(input.path()), input.virtualMFADeviceName());
  }

  /** Tags given at once need the right to tag as well. */
  @Override
  public Question question(CreateVirtualMfaDeviceRequest input, Caller caller) {
    Map<String, List<String>> keys = PolicyTags.requestKeys(input.tags());
    List<Question.Check> checks = new ArrayList<>();
    checks.add(new Question.Check(action(), serial(input), keys));
    if (!input.tags().isEmpty()) {
      checks.add(new Question.Check("iam:TagMFADevice", serial(input), keys));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateVirtualMfaDeviceResponse run(Call call, CreateVirtualMfaDeviceRequest input) {
    String serial = serial(input);
    MfaDevices.Creation creation = devices.create(serial, PolicyTags.map(input.tags()));
    MfaRules.require(creation.outcome(), serial);
    String seed = Base32.encode(creation.seed().orElseThrow());
    return CreateVirtualMfaDeviceResponse.builder()
        .virtualMFADevice(
            VirtualMFADevice.builder()
                .serialNumber(serial)
                .base32StringSeed(SdkBytes.fromString(seed, StandardCharsets.US_ASCII))
                .qrCodePNG(SdkBytes.fromByteArray(QrCode.png(link(input, seed))))
                .tags(input.tags().isEmpty() ? null : input.tags())
                .build())
        .build();
  }

  /** What authenticator apps read: the device at the account, and its seed. */
  private String link(CreateVirtualMfaDeviceRequest input, String seed) {
    return "otpauth://totp/"
        + PercentEncoding.encode(input.virtualMFADeviceName())
        + "@"
        + aliases.find().orElse(arns.accountId())
        + "?secret="
        + seed;
  }

  /** Without seed and image. */
  @Override
  public Map<String, Object> auditElements(CreateVirtualMfaDeviceResponse output) {
    VirtualMFADevice shown =
        output.virtualMFADevice().copy(device -> device.base32StringSeed(null).qrCodePNG(null));
    return AuditShape.of(output.copy(answer -> answer.virtualMFADevice(shown)));
  }
}
