package dev.postern.server.service.sts;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;

/** Tells the account of an access key, of which this server knows those of its own only. */
final class GetAccessKeyInfo
    extends StsOperation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse> {
  private static final int ID_CHARACTERS_MIN = 16;
  private static final int ID_CHARACTERS_MAX = 128;
  private static final Pattern ID = Pattern.compile("[\\w]*");

  private final StsParts parts;

  GetAccessKeyInfo(StsParts parts) {
    super(SdkCodec.of(GetAccessKeyInfoRequest.class, GetAccessKeyInfoRequest::builder));
    this.parts = parts;
  }

  @Override
  public void validate(GetAccessKeyInfoRequest input) {
    Constraints.of()
        .member("accessKeyId", input.accessKeyId())
        .required()
        .length(ID_CHARACTERS_MIN, ID_CHARACTERS_MAX)
        .pattern(ID)
        .verify();
  }

  @Override
  public Question question(GetAccessKeyInfoRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public GetAccessKeyInfoResponse run(Call call, GetAccessKeyInfoRequest input) {
    if (parts.store().accessKeys().find(input.accessKeyId()).isEmpty()) {
      throw new Fault(
          "ValidationError", 400, "Access key " + input.accessKeyId() + " is of no known account");
    }
    return GetAccessKeyInfoResponse.builder().account(parts.names().accountId()).build();
  }

  @Override
  public Map<String, Object> auditElements(GetAccessKeyInfoResponse output) {
    return Map.of();
  }
}
