package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.MfaDevices;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Lists the tags of a virtual MFA device by key. */
final class ListMFADeviceTags
    extends IamOperation<ListMfaDeviceTagsRequest, ListMfaDeviceTagsResponse> {
  private final MfaDevices devices;
  private final PolicyPages pages;

  ListMFADeviceTags(IamParts parts) {
    super(SdkCodec.of(ListMfaDeviceTagsRequest.class, ListMfaDeviceTagsRequest::builder), true);
    this.devices = parts.store().mfaDevices();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListMfaDeviceTagsRequest input) {
    Constraints constraints = MfaRules.serial(Constraints.of(), input.serialNumber());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListMfaDeviceTagsRequest input, Caller caller) {
    return MfaRules.question(action(), input.serialNumber(), devices, Map.of());
  }

  @Override
  public ListMfaDeviceTagsResponse run(Call call, ListMfaDeviceTagsRequest input) {
    String serial = input.serialNumber();
    List<Tag> tags =
        devices
            .find(serial)
            .map(device -> PolicyTags.shown(device.tags()))
            .orElseThrow(() -> MfaRules.notFound(serial));
    PolicyPages.Page<Tag> page =
        pages.slice(name() + " " + serial, tags, input.maxItems(), input.marker());
    return ListMfaDeviceTagsResponse.builder()
        .tags(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
