package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentOutcome;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.Documents;
import dev.postern.wire.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentRequest;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentResponse;

/** Adds a version to a document of the account. The default version stays what it was. */
final class UpdateDocument extends SsmOperation<UpdateDocumentRequest, UpdateDocumentResponse> {
  private static final String LATEST = "$LATEST";

  /** How often somebody else may be faster; each time they got a version in. */
  private static final int ATTEMPTS_MAX = 20;

  private final Account account;
  private final SessionDocuments documents;
  private final Documents store;

  UpdateDocument(SessionParts parts) {
    super(SdkCodec.of(UpdateDocumentRequest.class, UpdateDocumentRequest::builder), false);
    this.account = parts.account();
    this.documents = parts.documents();
    this.store = parts.store().documents();
  }

  @Override
  public void validate(UpdateDocumentRequest input) {
    Constraints constraints = DocumentRules.name(input.name());
    DocumentRules.content(constraints, input.content(), input.documentFormatAsString());
    DocumentRules.version(constraints, input.documentVersion(), input.versionName());
    DocumentRules.labels(constraints, input.displayName(), input.targetType())
        .member("attachments", input.attachments())
        .check(input.attachments().isEmpty(), "Member must be empty for documents of type Session")
        .verify();
  }

  @Override
  public Question question(UpdateDocumentRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public UpdateDocumentResponse run(Call call, UpdateDocumentRequest input) {
    DocumentReference reference = documents.reference(input.name());
    DocumentRules.requireOwn(call.permit(), action(), reference);
    DocumentText text = DocumentRules.text(input.content(), input.documentFormatAsString());
    JsonObject content = text.read();
    Optional<String> description = SessionSchema.check(content);
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      DocumentRecord latest = documents.record(reference, LATEST, null);
      requireLatest(input, latest);
      if (DocumentText.of(latest).read().equals(content)) {
        throw duplicate();
      }
      DocumentLabels labels = labels(input, text, description, latest);
      Documents.VersionAdded added =
          store.addVersion(
              new Documents.NewDocument(
                  latest.name(), latest.type(), labels, text.text(), latest.tags()),
              latest.version(),
              call.now());
      if (added.outcome() != DocumentOutcome.NOT_LATEST) {
        DocumentRules.requireDone(added.outcome(), latest.name());
        return answer(call, labels, text, added.version(), latest);
      }
    }
    throw new Fault("ThrottlingException", 400, "Rate exceeded");
  }

  private static void requireLatest(UpdateDocumentRequest input, DocumentRecord latest) {
    String wanted = input.documentVersion();
    if (!LATEST.equals(wanted) && !Long.toString(latest.version()).equals(wanted)) {
      throw DocumentRules.notLatest(latest.name());
    }
  }

  private static Fault duplicate() {
    return new Fault(
        "DuplicateDocumentContent",
        400,
        "The content of the association document matches another document. Change the content of"
            + " the document and try again.");
  }

  /** What a call does not say anew stays as it was, but for the version's own name. */
  private static DocumentLabels labels(
      UpdateDocumentRequest input,
      DocumentText text,
      Optional<String> description,
      DocumentRecord latest) {
    return new DocumentLabels(
        text.format().name(),
        description,
        Optional.ofNullable(input.versionName()),
        Optional.ofNullable(input.displayName()).or(latest.labels()::displayName),
        Optional.ofNullable(input.targetType()).or(latest.labels()::targetType));
  }

  private UpdateDocumentResponse answer(
      Call call, DocumentLabels labels, DocumentText text, long version, DocumentRecord before) {
    var made =
        new DocumentRecord(
            before.name(),
            before.type(),
            version,
            labels,
            text.text(),
            before.defaultVersion(),
            version,
            call.now(),
            before.tags());
    return UpdateDocumentResponse.builder()
        .documentDescription(
            DocumentShapes.description(SessionDocument.of(made, false), account, "Updating"))
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(UpdateDocumentRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    DocumentRules.audit(parameters, "documentVersion", input.documentVersion());
    DocumentRules.audit(parameters, "documentFormat", input.documentFormatAsString());
    DocumentRules.audit(parameters, "versionName", input.versionName());
    DocumentRules.audit(parameters, "displayName", input.displayName());
    DocumentRules.audit(parameters, "targetType", input.targetType());
    return parameters;
  }

  @Override
  public Map<String, Object> auditElements(UpdateDocumentResponse output) {
    return DocumentShapes.shown(output.documentDescription());
  }
}
