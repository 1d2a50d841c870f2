package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceResponse;

/** Removes tags of a virtual MFA device; keys that it does not have are no mistake. */
final class UntagMFADevice extends IamOperation<UntagMfaDeviceRequest, UntagMfaDeviceResponse> {
  private final MfaDevices devices;

  UntagMFADevice(IamParts parts) {
    super(SdkCodec.of(UntagMfaDeviceRequest.class, UntagMfaDeviceRequest::builder), false);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  public void validate(UntagMfaDeviceRequest input) {
    Constraints constraints = MfaRules.serial(Constraints.of(), input.serialNumber());
    PolicyTags.checkKeys(constraints, input.tagKeys()).verify();
  }

  @Override
  public Question question(UntagMfaDeviceRequest input, Caller caller) {
    return MfaRules.question(
        action(), input.serialNumber(), devices, Map.of("aws:TagKeys", input.tagKeys()));
  }

  @Override
  public UntagMfaDeviceResponse run(Call call, UntagMfaDeviceRequest input) {
    String serial = input.serialNumber();
    MfaRules.require(devices.untag(serial, input.tagKeys()), serial);
    return UntagMfaDeviceResponse.builder().build();
  }
}
