package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceResponse;

/** Deletes a device that is nobody's. */
final class DeleteVirtualMFADevice
    extends IamOperation<DeleteVirtualMfaDeviceRequest, DeleteVirtualMfaDeviceResponse> {
  private final MfaDevices devices;

  DeleteVirtualMFADevice(IamParts parts) {
    super(
        SdkCodec.of(DeleteVirtualMfaDeviceRequest.class, DeleteVirtualMfaDeviceRequest::builder),
        false);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  public void validate(DeleteVirtualMfaDeviceRequest input) {
    MfaRules.serial(Constraints.of(), input.serialNumber()).verify();
  }

  @Override
  public Question question(DeleteVirtualMfaDeviceRequest input, Caller caller) {
    return MfaRules.question(action(), input.serialNumber(), devices, Map.of());
  }

  @Override
  public DeleteVirtualMfaDeviceResponse run(Call call, DeleteVirtualMfaDeviceRequest input) {
    String serial = input.serialNumber();
    MfaRules.require(devices.delete(serial), serial);
    return DeleteVirtualMfaDeviceResponse.builder().build();
  }
}
