package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentRequest;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentResponse;

/** What there is to know of one version of a document besides its content. */
final class DescribeDocument
    extends SsmOperation<DescribeDocumentRequest, DescribeDocumentResponse> {
  private final Account account;
  private final SessionDocuments documents;

  DescribeDocument(SessionParts parts) {
    super(SdkCodec.of(DescribeDocumentRequest.class, DescribeDocumentRequest::builder), true);
    this.account = parts.account();
    this.documents = parts.documents();
  }

  @Override
  public void validate(DescribeDocumentRequest input) {
    Constraints constraints = DocumentRules.nameOrArn(input.name());
    DocumentRules.version(constraints, input.documentVersion(), input.versionName()).verify();
  }

  @Override
  public Question question(DescribeDocumentRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public DescribeDocumentResponse run(Call call, DescribeDocumentRequest input) {
    SessionDocument document =
        documents.find(
            documents.reference(input.name()), input.documentVersion(), input.versionName());
    return DescribeDocumentResponse.builder()
        .document(DocumentShapes.description(document, account, "Active"))
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(DescribeDocumentRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    DocumentRules.audit(parameters, "documentVersion", input.documentVersion());
    DocumentRules.audit(parameters, "versionName", input.versionName());
    return parameters;
  }
}
