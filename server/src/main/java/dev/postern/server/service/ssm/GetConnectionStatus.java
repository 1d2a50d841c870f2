package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.bus.Bus;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.PingStatus;
import dev.postern.server.shape.SdkCodec;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.GetConnectionStatusRequest;
import software.amazon.awssdk.services.ssm.model.GetConnectionStatusResponse;

/** Whether a node's control channel is open. An unknown target is not connected. */
final class GetConnectionStatus
    extends SsmOperation<GetConnectionStatusRequest, GetConnectionStatusResponse> {
  private final Bus bus;

  GetConnectionStatus(SessionParts parts) {
    super(SdkCodec.of(GetConnectionStatusRequest.class, GetConnectionStatusRequest::builder), true);
    this.bus = parts.bus();
  }

  @Override
  public void validate(GetConnectionStatusRequest input) {
    Constraints.of().member("target", input.target()).required().length(1, 400).verify();
  }

  @Override
  public Question question(GetConnectionStatusRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public GetConnectionStatusResponse run(Call call, GetConnectionStatusRequest input) {
    return GetConnectionStatusResponse.builder()
        .target(input.target())
        .status(PingStatus.isConnected(bus, input.target()) ? "connected" : "notconnected")
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(GetConnectionStatusRequest input) {
    return Map.of("target", input.target());
  }
}
