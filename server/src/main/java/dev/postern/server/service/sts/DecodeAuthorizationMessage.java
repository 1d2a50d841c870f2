package dev.postern.server.service.sts;

import dev.postern.aws.Fault;
import dev.postern.server.access.AuthorizationMessages;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.Map;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageRequest;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageResponse;

/** Reads what refusals of EC2 carry for administrators. */
final class DecodeAuthorizationMessage
    extends StsOperation<DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse> {
  private final AuthorizationMessages messages;

  DecodeAuthorizationMessage(StsParts parts) {
    super(
        SdkCodec.of(
            DecodeAuthorizationMessageRequest.class, DecodeAuthorizationMessageRequest::builder));
    this.messages = parts.messages();
  }

  @Override
  public void validate(DecodeAuthorizationMessageRequest input) {
    Constraints.of()
        .secret("encodedMessage", input.encodedMessage())
        .required()
        .length(1, AuthorizationMessages.ENCODED_CHARACTERS_MAX)
        .verify();
  }

  @Override
  public Question question(DecodeAuthorizationMessageRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DecodeAuthorizationMessageResponse run(
      Call call, DecodeAuthorizationMessageRequest input) {
    return messages
        .decode(input.encodedMessage())
        .map(text -> DecodeAuthorizationMessageResponse.builder().decodedMessage(text).build())
        .orElseThrow(() ->
            new Fault(
                "InvalidAuthorizationMessageException",
                400,
                "The authorization message is invalid."));
  }

  @Override
  public Map<String, Object> auditParameters(DecodeAuthorizationMessageRequest input) {
    return Map.of();
  }

  @Override
  public Map<String, Object> auditElements(DecodeAuthorizationMessageResponse output) {
    return Map.of();
  }
}
