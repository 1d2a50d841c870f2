package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.Documents;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.DocumentDefaultVersionDescription;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentDefaultVersionRequest;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentDefaultVersionResponse;

/** Makes a version of a document the one that counts where a call names none. */
final class UpdateDocumentDefaultVersion
    extends SsmOperation<
        UpdateDocumentDefaultVersionRequest, UpdateDocumentDefaultVersionResponse> {
  private static final Pattern NUMBER = Pattern.compile("(^[1-9][0-9]*$)");

  private final SessionDocuments documents;
  private final Documents store;

  UpdateDocumentDefaultVersion(SessionParts parts) {
    super(
        SdkCodec.of(
            UpdateDocumentDefaultVersionRequest.class,
            UpdateDocumentDefaultVersionRequest::builder),
        false);
    this.documents = parts.documents();
    this.store = parts.store().documents();
  }

  @Override
  public void validate(UpdateDocumentDefaultVersionRequest input) {
    Constraints constraints = DocumentRules.name(input.name());
    constraints
        .member("documentVersion", input.documentVersion())
        .required()
        .pattern(NUMBER)
        .verify();
  }

  @Override
  public Question question(UpdateDocumentDefaultVersionRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public UpdateDocumentDefaultVersionResponse run(
      Call call, UpdateDocumentDefaultVersionRequest input) {
    DocumentReference reference = documents.reference(input.name());
    DocumentRules.requireOwn(call.permit(), action(), reference);
    DocumentRecord version = documents.record(reference, input.documentVersion(), null);
    DocumentRules.requireDone(store.setDefault(version.name(), version.version()), version.name());
    return UpdateDocumentDefaultVersionResponse.builder()
        .description(
            DocumentDefaultVersionDescription.builder()
                .name(version.name())
                .defaultVersion(Long.toString(version.version()))
                .defaultVersionName(version.labels().versionName().orElse(null))
                .build())
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(UpdateDocumentDefaultVersionRequest input) {
    return Map.of("name", input.name(), "documentVersion", input.documentVersion());
  }
}
