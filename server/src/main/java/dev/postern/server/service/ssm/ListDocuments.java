package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.NextToken;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.DocumentSummary;
import dev.postern.server.store.Documents;
import dev.postern.wire.control.DocumentContent;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ssm.model.DocumentIdentifier;
import software.amazon.awssdk.services.ssm.model.ListDocumentsRequest;
import software.amazon.awssdk.services.ssm.model.ListDocumentsResponse;

/** Lists documents by name, those of the account and those that ship with the product. */
final class ListDocuments extends SsmOperation<ListDocumentsRequest, ListDocumentsResponse> {
  private static final int PAGE_SIZE_MAX = 50;
  private static final int FILTERS_MAX = 6;

  private final Account account;
  private final SessionDocuments documents;
  private final Documents store;
  private final NextToken nextToken;

  private record Listed(DocumentSummary summary, boolean ownedByAmazon) {}

  ListDocuments(SessionParts parts) {
    super(SdkCodec.of(ListDocumentsRequest.class, ListDocumentsRequest::builder), true);
    this.account = parts.account();
    this.documents = parts.documents();
    this.store = parts.store().documents();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(ListDocumentsRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("maxResults", input.maxResults())
            .range(1, PAGE_SIZE_MAX)
            .member("documentFilterList", input.documentFilterList())
            .length(1, Integer.MAX_VALUE)
            .member("filters", input.filters())
            .length(0, FILTERS_MAX);
    int index = 0;
    for (var filter : input.documentFilterList()) {
      index++;
      String member = "documentFilterList." + index + ".member.";
      constraints
          .member(member + "key", filter.keyAsString())
          .required()
          .oneOf(DocumentFilter.LEGACY_KEYS)
          .member(member + "value", filter.value())
          .required()
          .length(1, Integer.MAX_VALUE);
    }
    index = 0;
    for (var filter : input.filters()) {
      index++;
      String member = "filters." + index + ".member.";
      constraints
          .member(member + "key", filter.key())
          .required()
          .length(1, 128)
          .member(member + "values", filter.values())
          .required()
          .length(1, Integer.MAX_VALUE);
      filter.values().forEach(value -> constraints.member(member + "values", value).length(1, 256));
    }
    constraints.verify();
    if (!input.filters().isEmpty() && !input.documentFilterList().isEmpty()) {
      throw new Fault(
          "ValidationException", 400, "DocumentFilterList and Filters can't be used together.");
    }
    DocumentFilter.of(input);
  }

  @Override
  public Question question(ListDocumentsRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public ListDocumentsResponse run(Call call, ListDocumentsRequest input) {
    List<DocumentFilter> filters = DocumentFilter.of(input);
    String query = name() + filters;
    Optional<String> after = nextToken.open(query, input.nextToken());
    int limit = input.maxResults() == null ? PAGE_SIZE_MAX : input.maxResults();
    List<DocumentIdentifier> found =
        all(after)
            .filter(listed ->
                filters.stream()
                    .allMatch(filter -> filter.matches(listed.summary(), listed.ownedByAmazon())))
            .limit(limit + 1L)
            .map(this::identifier)
            .toList();
    var answer = ListDocumentsResponse.builder();
    if (found.size() > limit) {
      answer.nextToken(nextToken.seal(query, found.get(limit - 1).name()));
    }
    return answer.documentIdentifiers(found.subList(0, Math.min(limit, found.size()))).build();
  }

  /** There are a few hundred at most, and their contents are not read. */
  private Stream<Listed> all(Optional<String> after) {
    Stream<Listed> shipped =
        documents.shipped().stream()
            .filter(document -> after.isEmpty() || document.name().compareTo(after.get()) > 0)
            .map(document -> new Listed(summary(document.record()), true));
    Stream<Listed> own =
        store.list(after, Documents.DOCUMENTS_MAX).stream()
            .map(summary -> new Listed(summary, false));
    return Stream.concat(shipped, own)
        .sorted(Comparator.comparing(listed -> listed.summary().name()));
  }

  private static DocumentSummary summary(DocumentRecord document) {
    return new DocumentSummary(
        document.name(),
        document.type(),
        document.version(),
        document.labels(),
        document.createdDate(),
        document.tags(),
        false);
  }

  private DocumentIdentifier identifier(Listed listed) {
    DocumentSummary summary = listed.summary();
    return DocumentIdentifier.builder()
        .name(summary.name())
        .createdDate(summary.createdDate())
        .displayName(summary.labels().displayName().orElse(null))
        .owner(DocumentShapes.owner(listed.ownedByAmazon(), account))
        .versionName(summary.labels().versionName().orElse(null))
        .platformTypesWithStrings(DocumentShapes.PLATFORMS)
        .documentVersion(Long.toString(summary.version()))
        .documentType(summary.type())
        .schemaVersion(DocumentContent.SCHEMA_VERSION)
        .documentFormat(summary.labels().format())
        .targetType(summary.labels().targetType().orElse(null))
        .tags(GivenTags.list(summary.tags()))
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(ListDocumentsRequest input) {
    return Map.of(
        "filters",
        DocumentFilter.of(input).stream()
            .map(filter -> Map.of("key", filter.key(), "values", filter.values()))
            .toList());
  }
}
