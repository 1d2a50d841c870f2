package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceResponse;

/** Takes a device from its user; the caller's when no name is given. */
final class DeactivateMFADevice
    extends OwnUserOperation<DeactivateMfaDeviceRequest, DeactivateMfaDeviceResponse> {
  private final MfaDevices devices;

  DeactivateMFADevice(PrincipalRules users, IamParts parts) {
    super(
        users,
        SdkCodec.of(DeactivateMfaDeviceRequest.class, DeactivateMfaDeviceRequest::builder),
        false);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  @Nullable String given(DeactivateMfaDeviceRequest input) {
    return input.userName();
  }

  @Override
  public void validate(DeactivateMfaDeviceRequest input) {
    MfaRules.serial(named(input), input.serialNumber()).verify();
  }

  @Override
  public DeactivateMfaDeviceResponse run(Call call, DeactivateMfaDeviceRequest input) {
    String user = user(input, call.permit().caller());
    MfaDevices.Outcome outcome = devices.deactivate(user, input.serialNumber());
    if (outcome == MfaDevices.Outcome.NO_DEVICE) {
      throw PrincipalRules.noSuchEntity("MFA Device invalid for user.");
    }
    MfaRules.require(outcome, users, user, input.serialNumber());
    return DeactivateMfaDeviceResponse.builder().build();
  }
}
