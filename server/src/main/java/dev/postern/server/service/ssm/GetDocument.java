package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.GetDocumentRequest;
import software.amazon.awssdk.services.ssm.model.GetDocumentResponse;

/** The content of one version of a document, by default the default version. */
final class GetDocument extends SsmOperation<GetDocumentRequest, GetDocumentResponse> {
  private final SessionDocuments documents;

  GetDocument(SessionParts parts) {
    super(SdkCodec.of(GetDocumentRequest.class, GetDocumentRequest::builder), true);
    this.documents = parts.documents();
  }

  @Override
  public void validate(GetDocumentRequest input) {
    Constraints constraints = DocumentRules.nameOrArn(input.name());
    DocumentRules.version(constraints, input.documentVersion(), input.versionName());
    DocumentRules.format(constraints, input.documentFormatAsString()).verify();
  }

  @Override
  public Question question(GetDocumentRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public GetDocumentResponse run(Call call, GetDocumentRequest input) {
    DocumentRecord document =
        documents.record(
            documents.reference(input.name()), input.documentVersion(), input.versionName());
    DocumentLabels labels = document.labels();
    DocumentText text = DocumentText.of(document);
    String wanted =
        input.documentFormatAsString() == null ? "JSON" : input.documentFormatAsString();
    return GetDocumentResponse.builder()
        .name(document.name())
        .createdDate(document.createdDate())
        .displayName(labels.displayName().orElse(null))
        .versionName(labels.versionName().orElse(null))
        .documentVersion(Long.toString(document.version()))
        .status("Active")
        .content(wanted.equals("TEXT") ? text.text() : text.in(DocumentText.Format.valueOf(wanted)))
        .documentType(document.type())
        .documentFormat(wanted)
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(GetDocumentRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    DocumentRules.audit(parameters, "documentVersion", input.documentVersion());
    DocumentRules.audit(parameters, "versionName", input.versionName());
    DocumentRules.audit(parameters, "documentFormat", input.documentFormatAsString());
    return parameters;
  }
}
