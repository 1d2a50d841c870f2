package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.MfaDeviceRecord;
import dev.postern.server.store.MfaDevices;
import dev.postern.server.store.PrincipalPolicies;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.User;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;

/** Lists the account's devices by serial number, without their seeds. */
final class ListVirtualMFADevices
    extends IamOperation<ListVirtualMfaDevicesRequest, ListVirtualMfaDevicesResponse> {
  private static final Map<String, MfaDevices.Assignment> ASSIGNMENTS =
      Map.of(
          "Any", MfaDevices.Assignment.ANY,
          "Assigned", MfaDevices.Assignment.ASSIGNED,
          "Unassigned", MfaDevices.Assignment.UNASSIGNED);
  private static final List<String> ASSIGNMENT_NAMES = List.of("Any", "Assigned", "Unassigned");

  private final IamArns arns;
  private final MfaDevices devices;
  private final PrincipalPolicies principals;
  private final PolicyPages pages;

  ListVirtualMFADevices(IamParts parts) {
    super(
        SdkCodec.of(ListVirtualMfaDevicesRequest.class, ListVirtualMfaDevicesRequest::builder),
        true);
    this.arns = parts.arns();
    this.devices = parts.store().mfaDevices();
    this.principals = parts.store().principalPolicies();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListVirtualMfaDevicesRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("assignmentStatus", input.assignmentStatusAsString())
            .oneOf(ASSIGNMENT_NAMES);
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListVirtualMfaDevicesRequest input, Caller caller) {
    return Question.of(action(), arns.mfa("/", ""));
  }

  @Override
  public ListVirtualMfaDevicesResponse run(Call call, ListVirtualMfaDevicesRequest input) {
    MfaDevices.Assignment assignment =
        input.assignmentStatusAsString() == null
            ? MfaDevices.Assignment.ANY
            : ASSIGNMENTS.getOrDefault(input.assignmentStatusAsString(), MfaDevices.Assignment.ANY);
    String query = name() + " " + assignment;
    int limit = PolicyPages.limit(input.maxItems());
    List<MfaDeviceRecord> read =
        devices.list(assignment, pages.open(query, input.marker()).orElse(""), limit + 1);
    PolicyPages.Page<MfaDeviceRecord> page =
        pages.cut(query, read, limit, MfaDeviceRecord::serialNumber);
    return ListVirtualMfaDevicesResponse.builder()
        .virtualMFADevices(page.items().stream().map(this::shown).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  private VirtualMFADevice shown(MfaDeviceRecord device) {
    Optional<User> user =
        device
            .userName()
            .flatMap(name -> principals.find(IamEntity.USER, name))
            .map(found -> UserShapes.listed(found, arns));
    return VirtualMFADevice.builder()
        .serialNumber(device.serialNumber())
        .user(user.orElse(null))
        .enableDate(device.enabledDate().orElse(null))
        .build();
  }
}
