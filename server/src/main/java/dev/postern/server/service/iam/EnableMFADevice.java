package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.AuditShape;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceResponse;

/** Makes a device the user's, who proves with two codes in a row to have it. */
final class EnableMFADevice
    extends PrincipalOperation<EnableMfaDeviceRequest, EnableMfaDeviceResponse> {
  private final MfaDevices devices;

  EnableMFADevice(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(EnableMfaDeviceRequest.class, EnableMfaDeviceRequest::builder), false);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  String principal(EnableMfaDeviceRequest input) {
    return input.userName();
  }

  @Override
  public void validate(EnableMfaDeviceRequest input) {
    Constraints constraints = MfaRules.serial(named(input), input.serialNumber());
    MfaRules.codes(constraints, input.authenticationCode1(), input.authenticationCode2()).verify();
  }

  @Override
  public EnableMfaDeviceResponse run(Call call, EnableMfaDeviceRequest input) {
    String user = input.userName();
    String serial = input.serialNumber();
    MfaDevices.Codes codes =
        MfaRules.pair(input.authenticationCode1(), input.authenticationCode2(), call.now());
    MfaRules.require(devices.enable(user, serial, codes), principals, user, serial);
    return EnableMfaDeviceResponse.builder().build();
  }

  /** Without the codes. */
  @Override
  public Map<String, Object> auditParameters(EnableMfaDeviceRequest input) {
    return AuditShape.of(
        input.copy(shown -> shown.authenticationCode1(null).authenticationCode2(null)));
  }
}
