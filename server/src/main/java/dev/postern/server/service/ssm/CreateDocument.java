package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.Documents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.CreateDocumentRequest;
import software.amazon.awssdk.services.ssm.model.CreateDocumentResponse;

/** Makes a document of the account, of the one type that this server runs: {@code Session}. */
final class CreateDocument extends SsmOperation<CreateDocumentRequest, CreateDocumentResponse> {
  /** What AWS takes where a call names no type. */
  private static final String TYPE_DEFAULT = "Command";

  private static final String NONE = "Member must be empty for documents of type Session";

  private final Account account;
  private final SessionDocuments documents;
  private final Documents store;

  CreateDocument(SessionParts parts) {
    super(SdkCodec.of(CreateDocumentRequest.class, CreateDocumentRequest::builder), false);
    this.account = parts.account();
    this.documents = parts.documents();
    this.store = parts.store().documents();
  }

  @Override
  public void validate(CreateDocumentRequest input) {
    Constraints constraints = DocumentRules.name(input.name());
    DocumentRules.content(constraints, input.content(), input.documentFormatAsString());
    DocumentRules.version(constraints, null, input.versionName());
    DocumentRules.labels(constraints, input.displayName(), input.targetType());
    constraints
        .member(
            "documentType",
            input.documentType() == null ? TYPE_DEFAULT : input.documentTypeAsString())
        .oneOf(List.of(SessionDocuments.TYPE))
        .member("attachments", input.attachments())
        .check(input.attachments().isEmpty(), NONE)
        .member("requires", input.requires())
        .check(input.requires().isEmpty(), NONE);
    GivenTags.check(constraints, input.tags()).verify();
    DocumentRules.requireFreeName(input.name());
    if (input.tags().size() > ResourceTags.TAGS_MAX) {
      throw new Fault(
          "TooManyTagsError", 400, "A resource has at most " + ResourceTags.TAGS_MAX + " tags.");
    }
  }

  @Override
  public Question question(CreateDocumentRequest input, Caller caller) {
    return new Question(
        List.of(
            new Question.Check(
                action(),
                documents.reference(input.name()).arn(),
                ResourceTags.requested(GivenTags.map(input.tags())))),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateDocumentResponse run(Call call, CreateDocumentRequest input) {
    DocumentText text = DocumentRules.text(input.content(), input.documentFormatAsString());
    Optional<String> description = SessionSchema.check(text.read());
    var labels =
        new DocumentLabels(
            text.format().name(),
            description,
            Optional.ofNullable(input.versionName()),
            Optional.ofNullable(input.displayName()),
            Optional.ofNullable(input.targetType()));
    Map<String, String> tags = GivenTags.map(input.tags());
    String name = input.name();
    DocumentRules.requireDone(
        store.create(
            new Documents.NewDocument(name, SessionDocuments.TYPE, labels, text.text(), tags),
            call.now()),
        name);
    var made =
        new DocumentRecord(
            name, SessionDocuments.TYPE, 1, labels, text.text(), 1, 1, call.now(), tags);
    return CreateDocumentResponse.builder()
        .documentDescription(
            DocumentShapes.description(SessionDocument.of(made, false), account, "Creating"))
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(CreateDocumentRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    parameters.put("documentType", input.documentTypeAsString());
    DocumentRules.audit(parameters, "documentFormat", input.documentFormatAsString());
    DocumentRules.audit(parameters, "versionName", input.versionName());
    DocumentRules.audit(parameters, "displayName", input.displayName());
    DocumentRules.audit(parameters, "targetType", input.targetType());
    if (input.hasTags()) {
      parameters.put("tags", GivenTags.shown(input.tags()));
    }
    return parameters;
  }

  @Override
  public Map<String, Object> auditElements(CreateDocumentResponse output) {
    return DocumentShapes.shown(output.documentDescription());
  }
}
