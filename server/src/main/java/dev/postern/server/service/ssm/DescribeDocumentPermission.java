package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.NextToken;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentShare;
import dev.postern.server.store.DocumentShares;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.AccountSharingInfo;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentPermissionRequest;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentPermissionResponse;

/** With whom a document is shared, by account id. */
final class DescribeDocumentPermission
    extends SsmOperation<DescribeDocumentPermissionRequest, DescribeDocumentPermissionResponse> {
  /** A call may ask for more, and gets no more than the answer's list may have. */
  static final int PAGE_SIZE_MAX = 20;

  private static final int RESULTS_MAX = 200;

  private final SessionDocuments documents;
  private final DocumentShares shares;
  private final NextToken nextToken;

  DescribeDocumentPermission(SessionParts parts) {
    super(
        SdkCodec.of(
            DescribeDocumentPermissionRequest.class, DescribeDocumentPermissionRequest::builder),
        true);
    this.documents = parts.documents();
    this.shares = parts.store().documentShares();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(DescribeDocumentPermissionRequest input) {
    Constraints constraints = DocumentRules.name(input.name());
    DocumentRules.permissionType(constraints, input.permissionTypeAsString())
        .member("maxResults", input.maxResults())
        .range(1, RESULTS_MAX)
        .verify();
  }

  @Override
  public Question question(DescribeDocumentPermissionRequest input, Caller caller) {
    return DocumentRules.question(action(), documents.reference(input.name()), documents);
  }

  @Override
  public DescribeDocumentPermissionResponse run(
      Call call, DescribeDocumentPermissionRequest input) {
    DocumentReference reference = documents.reference(input.name());
    DocumentRules.requireOwn(call.permit(), action(), reference);
    String query = name() + " " + reference.name();
    Optional<String> after = nextToken.open(query, input.nextToken());
    int limit =
        input.maxResults() == null ? PAGE_SIZE_MAX : Math.min(input.maxResults(), PAGE_SIZE_MAX);
    List<DocumentShare> rest =
        shares
            .of(reference.name())
            .orElseThrow(() -> DocumentRules.unknown(reference.name()))
            .stream()
            .filter(share -> after.isEmpty() || share.accountId().compareTo(after.get()) > 0)
            .toList();
    List<DocumentShare> page = rest.subList(0, Math.min(limit, rest.size()));
    var answer = DescribeDocumentPermissionResponse.builder();
    if (rest.size() > limit) {
      answer.nextToken(nextToken.seal(query, page.getLast().accountId()));
    }
    return answer
        .accountIds(page.stream().map(DocumentShare::accountId).toList())
        .accountSharingInfoList(
            page.stream()
                .map(share ->
                    AccountSharingInfo.builder()
                        .accountId(share.accountId())
                        .sharedDocumentVersion(share.version())
                        .build())
                .toList())
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(DescribeDocumentPermissionRequest input) {
    return Map.of("name", input.name(), "permissionType", input.permissionTypeAsString());
  }
}
