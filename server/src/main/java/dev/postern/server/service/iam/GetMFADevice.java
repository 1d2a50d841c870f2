package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDeviceRecord;
import dev.postern.server.store.MfaDevices;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceResponse;

/** Shows a device of a user; the caller's when no name is given. */
final class GetMFADevice extends OwnUserOperation<GetMfaDeviceRequest, GetMfaDeviceResponse> {
  private final MfaDevices devices;

  GetMFADevice(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(GetMfaDeviceRequest.class, GetMfaDeviceRequest::builder), true);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  @Nullable String given(GetMfaDeviceRequest input) {
    return input.userName();
  }

  @Override
  public void validate(GetMfaDeviceRequest input) {
    MfaRules.serial(named(input), input.serialNumber()).verify();
  }

  @Override
  public GetMfaDeviceResponse run(Call call, GetMfaDeviceRequest input) {
    String user = users.find(user(input, call.permit().caller())).name();
    MfaDeviceRecord device =
        devices
            .find(input.serialNumber())
            .filter(found -> found.userName().filter(user::equals).isPresent())
            .orElseThrow(() -> PrincipalRules.noSuchEntity("MFA Device invalid for user."));
    return GetMfaDeviceResponse.builder()
        .userName(user)
        .serialNumber(device.serialNumber())
        .enableDate(device.enabledDate().orElse(null))
        .build();
  }
}
