package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.AuditShape;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceResponse;

/** Learns from two codes in a row by how much the clock of a user's device is off. */
final class ResyncMFADevice
    extends PrincipalOperation<ResyncMfaDeviceRequest, ResyncMfaDeviceResponse> {
  private final MfaDevices devices;

  ResyncMFADevice(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(ResyncMfaDeviceRequest.class, ResyncMfaDeviceRequest::builder), false);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  String principal(ResyncMfaDeviceRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ResyncMfaDeviceRequest input) {
    Constraints constraints = MfaRules.serial(named(input), input.serialNumber());
    MfaRules.codes(constraints, input.authenticationCode1(), input.authenticationCode2()).verify();
  }

  @Override
  public ResyncMfaDeviceResponse run(Call call, ResyncMfaDeviceRequest input) {
    String user = input.userName();
    String serial = input.serialNumber();
    MfaDevices.Codes codes =
        MfaRules.pair(input.authenticationCode1(), input.authenticationCode2(), call.now());
    MfaRules.require(devices.resync(user, serial, codes), principals, user, serial);
    return ResyncMfaDeviceResponse.builder().build();
  }

  /** Without the codes. */
  @Override
  public Map<String, Object> auditParameters(ResyncMfaDeviceRequest input) {
    return AuditShape.of(
        input.copy(shown -> shown.authenticationCode1(null).authenticationCode2(null)));
  }
}
