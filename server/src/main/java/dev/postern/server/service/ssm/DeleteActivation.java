package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Activations;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.DeleteActivationRequest;
import software.amazon.awssdk.services.ssm.model.DeleteActivationResponse;

/** Deletes an activation. The nodes that it registered stay. */
final class DeleteActivation
    extends SsmOperation<DeleteActivationRequest, DeleteActivationResponse> {
  static final Pattern ACTIVATION_ID =
      Pattern.compile("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$");

  private final Activations activations;

  DeleteActivation(SessionParts parts) {
    super(SdkCodec.of(DeleteActivationRequest.class, DeleteActivationRequest::builder), false);
    this.activations = parts.store().activations();
  }

  @Override
  public void validate(DeleteActivationRequest input) {
    Constraints.of()
        .member("activationId", input.activationId())
        .required()
        .pattern(ACTIVATION_ID)
        .verify();
  }

  @Override
  public Question question(DeleteActivationRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DeleteActivationResponse run(Call call, DeleteActivationRequest input) {
    if (!activations.delete(input.activationId())) {
      throw new Fault(
          "InvalidActivationId", 400, "Activation " + input.activationId() + " does not exist.");
    }
    return DeleteActivationResponse.builder().build();
  }

  @Override
  public Map<String, Object> auditParameters(DeleteActivationRequest input) {
    return Map.of("activationId", input.activationId());
  }
}
