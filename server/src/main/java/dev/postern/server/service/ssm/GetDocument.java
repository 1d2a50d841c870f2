package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.GetDocumentRequest;
import software.amazon.awssdk.services.ssm.model.GetDocumentResponse;

/** The content of one version of a document, by default the default version. */
final class GetDocument extends SsmOperation<GetDocumentRequest, GetDocumentResponse> {
  private static final Pattern NAME = Pattern.compile("^[a-zA-Z0-9_\\-.:/]{3,128}$");
  private static final Pattern VERSION_NAME = Pattern.compile("^[a-zA-Z0-9_\\-.]{1,128}$");
  private static final Pattern VERSION =
      Pattern.compile("([$]LATEST|[$]DEFAULT|^[1-9][0-9]{0,8}$)");

  private final Account account;
  private final SessionDocuments documents;

  GetDocument(SessionParts parts) {
    super(SdkCodec.of(GetDocumentRequest.class, GetDocumentRequest::builder), true);
    this.account = parts.account();
    this.documents = parts.documents();
  }

  @Override
  public void validate(GetDocumentRequest input) {
    Constraints.of()
        .member("name", input.name())
        .required()
        .pattern(NAME)
        .member("versionName", input.versionName())
        .pattern(VERSION_NAME)
        .member("documentVersion", input.documentVersion())
        .pattern(VERSION)
        .member("documentFormat", input.documentFormatAsString())
        .oneOf(List.of("YAML", "JSON", "TEXT"))
        .verify();
  }

  @Override
  public Question question(GetDocumentRequest input, Caller caller) {
    String name = SessionDocuments.nameOf(input.name());
    return Question.of(action(), account.documentArn(name, documents.isShipped(name)));
  }

  @Override
  public GetDocumentResponse run(Call call, GetDocumentRequest input) {
    String name = SessionDocuments.nameOf(input.name());
    if (input.versionName() != null) {
      // No version of ours has a name, so none has this one.
      throw new Fault(
          "InvalidDocumentVersion", 400, "The version of document " + name + " does not exist.");
    }
    SessionDocument document =
        documents.find(
            name, input.documentVersion() == null ? "$DEFAULT" : input.documentVersion());
    boolean isYaml = "YAML".equals(input.documentFormatAsString());
    return GetDocumentResponse.builder()
        .name(document.name())
        .createdDate(document.createdDate())
        .documentVersion(document.version())
        .status("Active")
        .content(isYaml ? document.yaml() : document.text())
        .documentType("Session")
        .documentFormat(
            input.documentFormatAsString() == null ? "JSON" : input.documentFormatAsString())
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(GetDocumentRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("name", input.name());
    if (input.documentVersion() != null) {
      parameters.put("documentVersion", input.documentVersion());
    }
    return parameters;
  }
}
