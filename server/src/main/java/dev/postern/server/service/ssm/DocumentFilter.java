package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ssm.model.DocumentType;
import software.amazon.awssdk.services.ssm.model.ListDocumentsRequest;

/**
 * One filter of ListDocuments, from either of its two lists (spec/aws-api.md 2.3). Any of the
 * values may match.
 */
record DocumentFilter(String key, List<String> values) {
  /** The keys of {@code DocumentFilterList}. */
  static final List<String> LEGACY_KEYS = List.of("Name", "Owner", "PlatformTypes", "DocumentType");

  private static final Set<String> KEYS =
      Set.of("Name", "Owner", "PlatformTypes", "DocumentType", "TargetType", "SearchKeyword");
  private static final String TAG = "tag:";
  private static final List<String> OWNERS =
      List.of("Amazon", "Private", "Public", "Self", "ThirdParty", "All");

  /** The filters of a call, or a fault where one names an unknown key or an impossible value. */
  static List<DocumentFilter> of(ListDocumentsRequest input) {
    List<DocumentFilter> filters = new ArrayList<>();
    input
        .documentFilterList()
        .forEach(filter ->
            filters.add(new DocumentFilter(filter.keyAsString(), List.of(filter.value()))));
    input
        .filters()
        .forEach(filter -> filters.add(new DocumentFilter(filter.key(), filter.values())));
    filters.forEach(DocumentFilter::verify);
    long owners = filters.stream().filter(filter -> filter.key.equals("Owner")).count();
    if (owners > 1 || filters.stream().anyMatch(DocumentFilter::hasManyOwners)) {
      throw new Fault("ValidationException", 400, "Only one Owner can be specified in a request.");
    }
    return filters;
  }

  private boolean hasManyOwners() {
    return key.equals("Owner") && values.size() > 1;
  }

  private void verify() {
    if (!KEYS.contains(key) && !(key.startsWith(TAG) && key.length() > TAG.length())) {
      throw new Fault("InvalidFilterKey", 400, "The filter key " + key + " is not valid.");
    }
    Constraints constraints = Constraints.of();
    for (String value : values) {
      constraints.member("filters." + key, value);
      switch (key) {
        case "Owner" -> constraints.oneOf(OWNERS);
        case "PlatformTypes" -> constraints.oneOf(DocumentShapes.PLATFORMS);
        case "DocumentType" ->
            constraints.oneOf(
                DocumentType.knownValues().stream().map(DocumentType::toString).sorted().toList());
        default -> {}
      }
    }
    constraints.verify();
  }

  boolean matches(DocumentSummary document, boolean ownedByAmazon) {
    DocumentLabels labels = document.labels();
    return switch (key) {
      case "Name" -> values.stream().anyMatch(document.name()::startsWith);
      case "Owner" -> isOwnedBy(values.getFirst(), document, ownedByAmazon);
      case "PlatformTypes" -> values.stream().anyMatch(DocumentShapes.PLATFORMS::contains);
      case "DocumentType" -> values.contains(document.type());
      case "TargetType" -> labels.targetType().filter(values::contains).isPresent();
      case "SearchKeyword" -> values.stream().anyMatch(value -> hasText(value, document));
      default -> {
        String tag = document.tags().get(key.substring(TAG.length()));
        yield tag != null && values.contains(tag);
      }
    };
  }

  /** Other accounts have no documents here, so what is private or public is our own. */
  private static boolean isOwnedBy(String owner, DocumentSummary document, boolean ownedByAmazon) {
    return switch (owner) {
      case "Amazon" -> ownedByAmazon;
      case "Self" -> !ownedByAmazon;
      case "Private" -> !ownedByAmazon && !document.isPublic();
      case "Public" -> !ownedByAmazon && document.isPublic();
      case "All" -> true;
      default -> false;
    };
  }

  private static boolean hasText(String keyword, DocumentSummary document) {
    String wanted = keyword.toLowerCase(Locale.ROOT);
    return Stream.of(
            document.name(),
            document.labels().displayName().orElse(""),
            document.labels().description().orElse(""))
        .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(wanted));
  }
}
