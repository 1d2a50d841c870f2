package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.NextToken;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.DocumentVersionSummary;
import dev.postern.server.store.Documents;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.DocumentVersionInfo;
import software.amazon.awssdk.services.ssm.model.ListDocumentVersionsRequest;
import software.amazon.awssdk.services.ssm.model.ListDocumentVersionsResponse;

/** Lists the versions of a document, newest first. */
final class ListDocumentVersions
    extends SsmOperation<ListDocumentVersionsRequest, ListDocumentVersionsResponse> {
  private static final int PAGE_SIZE_MAX = 50;

  private final SessionDocuments documents;
  private final Documents store;
  private final NextToken nextToken;

  ListDocumentVersions(SessionParts parts) {
    super(
        SdkCodec.of(ListDocumentVersionsRequest.class, ListDocumentVersionsRequest::builder), true);
    this.documents = parts.documents();
    this.store = parts.store().documents();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(ListDocumentVersionsRequest input) {
    DocumentRules.nameOrArn(input.name())
        .member("maxResults", input.maxResults())
        .range(1, PAGE_SIZE_MAX)
        .verify();
  }

  @Override
  public Question question(ListDocumentVersionsRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public ListDocumentVersionsResponse run(Call call, ListDocumentVersionsRequest input) {
    DocumentReference reference = documents.reference(input.name());
    String query = name() + " " + reference.arn();
    Optional<String> last = nextToken.open(query, input.nextToken());
    int limit = input.maxResults() == null ? PAGE_SIZE_MAX : input.maxResults();
    List<DocumentVersionSummary> found =
        versions(reference, last.map(Long::parseLong).orElse(Long.MAX_VALUE), limit + 1);
    var answer = ListDocumentVersionsResponse.builder();
    if (found.size() > limit) {
      answer.nextToken(nextToken.seal(query, Long.toString(found.get(limit - 1).version())));
    }
    return answer
        .documentVersions(
            found.stream().limit(limit).map(version -> shape(reference, version)).toList())
        .build();
  }

  private List<DocumentVersionSummary> versions(
      DocumentReference reference, long before, int limit) {
    DocumentRecord byDefault = documents.record(reference, null, null);
    return reference.owner() == DocumentReference.Owner.SELF
        ? store.versions(reference.name(), before, limit)
        : List.of(
            new DocumentVersionSummary(
                byDefault.version(), byDefault.labels(), byDefault.createdDate(), true));
  }

  private static DocumentVersionInfo shape(
      DocumentReference reference, DocumentVersionSummary version) {
    return DocumentVersionInfo.builder()
        .name(reference.name())
        .displayName(version.labels().displayName().orElse(null))
        .documentVersion(Long.toString(version.version()))
        .versionName(version.labels().versionName().orElse(null))
        .createdDate(version.createdDate())
        .isDefaultVersion(version.isDefault())
        .documentFormat(version.labels().format())
        .status("Active")
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(ListDocumentVersionsRequest input) {
    return Map.of("name", input.name());
  }
}
