package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentOutcome;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.Documents;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.DeleteDocumentRequest;
import software.amazon.awssdk.services.ssm.model.DeleteDocumentResponse;

/**
 * Deletes a document of the account, or one version where the call names one. Sessions that run by
 * it go on: they have their copy. Of the preferences the built-in ones take the place.
 */
final class DeleteDocument extends SsmOperation<DeleteDocumentRequest, DeleteDocumentResponse> {
  private final SessionDocuments documents;
  private final Documents store;

  DeleteDocument(SessionParts parts) {
    super(SdkCodec.of(DeleteDocumentRequest.class, DeleteDocumentRequest::builder), false);
    this.documents = parts.documents();
    this.store = parts.store().documents();
  }

  @Override
  public void validate(DeleteDocumentRequest input) {
    Constraints constraints = DocumentRules.name(input.name());
    DocumentRules.version(constraints, input.documentVersion(), input.versionName()).verify();
  }

  @Override
  public Question question(DeleteDocumentRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public DeleteDocumentResponse run(Call call, DeleteDocumentRequest input) {
    DocumentReference reference = documents.reference(input.name());
    DocumentRules.requireOwn(call.permit(), action(), reference);
    DocumentOutcome outcome;
    if (input.documentVersion() == null && input.versionName() == null) {
      outcome = store.delete(reference.name());
    } else {
      DocumentRecord version =
          documents.record(reference, input.documentVersion(), input.versionName());
      outcome = store.deleteVersion(version.name(), version.version());
    }
    DocumentRules.requireDone(outcome, reference.name());
    return DeleteDocumentResponse.builder().build();
  }

  @Override
  public Map<String, Object> auditParameters(DeleteDocumentRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    DocumentRules.audit(parameters, "documentVersion", input.documentVersion());
    DocumentRules.audit(parameters, "versionName", input.versionName());
    return parameters;
  }
}
