package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceResponse;

/** Sets tags of a virtual MFA device. */
final class TagMFADevice extends IamOperation<TagMfaDeviceRequest, TagMfaDeviceResponse> {
  private final MfaDevices devices;

  TagMFADevice(IamParts parts) {
    super(SdkCodec.of(TagMfaDeviceRequest.class, TagMfaDeviceRequest::builder), false);
    this.devices = parts.store().mfaDevices();
  }

  @Override
  public void validate(TagMfaDeviceRequest input) {
    Constraints constraints =
        MfaRules.serial(Constraints.of(), input.serialNumber())
            .member("tags", input.tags())
            .required();
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
  }

  @Override
  public Question question(TagMfaDeviceRequest input, Caller caller) {
    return MfaRules.question(
        action(), input.serialNumber(), devices, PolicyTags.requestKeys(input.tags()));
  }

  @Override
  public TagMfaDeviceResponse run(Call call, TagMfaDeviceRequest input) {
    String serial = input.serialNumber();
    MfaRules.require(devices.tag(serial, PolicyTags.map(input.tags())), serial);
    return TagMfaDeviceResponse.builder().build();
  }
}
