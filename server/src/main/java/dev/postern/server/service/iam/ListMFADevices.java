package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDeviceRecord;
import dev.postern.server.store.MfaDevices;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.MFADevice;

/** Lists the devices of a user by serial number; the caller's when no name is given. */
final class ListMFADevices extends OwnUserOperation<ListMfaDevicesRequest, ListMfaDevicesResponse> {
  private final MfaDevices devices;
  private final PolicyPages pages;

  ListMFADevices(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(ListMfaDevicesRequest.class, ListMfaDevicesRequest::builder), true);
    this.devices = parts.store().mfaDevices();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  @Nullable String given(ListMfaDevicesRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ListMfaDevicesRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListMfaDevicesResponse run(Call call, ListMfaDevicesRequest input) {
    String user = users.find(user(input, call.permit().caller())).name();
    PolicyPages.Page<MfaDeviceRecord> page =
        pages.slice(name() + " " + user, devices.ofUser(user), input.maxItems(), input.marker());
    return ListMfaDevicesResponse.builder()
        .mfaDevices(page.items().stream().map(ListMFADevices::shown).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  private static MFADevice shown(MfaDeviceRecord device) {
    return MFADevice.builder()
        .userName(device.userName().orElse(null))
        .serialNumber(device.serialNumber())
        .enableDate(device.enabledDate().orElse(null))
        .build();
  }
}
