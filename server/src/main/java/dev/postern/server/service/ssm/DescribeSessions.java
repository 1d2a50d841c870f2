package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.NextToken;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.SessionFilter;
import dev.postern.server.store.SessionPage;
import dev.postern.server.store.SessionPage.Cursor;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Sessions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.DescribeSessionsRequest;
import software.amazon.awssdk.services.ssm.model.DescribeSessionsResponse;
import software.amazon.awssdk.services.ssm.model.Session;
import software.amazon.awssdk.services.ssm.model.SessionManagerOutputUrl;

/** Lists sessions, newest first: the active ones, or those of the last thirty days that ended. */
final class DescribeSessions
    extends SsmOperation<DescribeSessionsRequest, DescribeSessionsResponse> {
  private static final int PAGE_SIZE_DEFAULT = 50;
  private static final int PAGE_SIZE_MAX = 200;
  private static final int FILTERS_MAX = 6;
  private static final List<String> KEYS =
      List.of(
          "InvokedAfter", "InvokedBefore", "Target", "Owner", "Status", "SessionId", "AccessType");
  private static final List<String> STATUSES =
      List.of("Connected", "Connecting", "Disconnected", "Terminated", "Terminating", "Failed");
  private static final List<String> ACCESS_TYPES = List.of("Standard", "JustInTime");

  private final Sessions sessions;
  private final NextToken nextToken;

  DescribeSessions(SessionParts parts) {
    super(SdkCodec.of(DescribeSessionsRequest.class, DescribeSessionsRequest::builder), true);
    this.sessions = parts.store().sessions();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(DescribeSessionsRequest input) {
    Constraints constraints =
        Constraints.of()
            .member("state", input.stateAsString())
            .required()
            .oneOf(List.of("Active", "History"))
            .member("maxResults", input.maxResults())
            .range(1, PAGE_SIZE_MAX);
    if (input.hasFilters()) {
      constraints
          .member("filters", input.filters())
          .check(!input.filters().isEmpty(), "Member must have length greater than or equal to 1")
          .check(
              input.filters().size() <= FILTERS_MAX,
              "Member must have length less than or equal to " + FILTERS_MAX);
      int index = 0;
      for (var filter : input.filters()) {
        index++;
        String member = "filters." + index + ".member.";
        constraints.member(member + "key", filter.keyAsString()).required().oneOf(KEYS);
        constraints.member(member + "value", filter.value()).required().length(1, 400);
        verifyValue(constraints, filter);
      }
    }
    constraints.verify();
  }

  private static void verifyValue(
      Constraints constraints, software.amazon.awssdk.services.ssm.model.SessionFilter filter) {
    if (filter.value() == null || filter.keyAsString() == null) {
      return;
    }
    switch (filter.keyAsString()) {
      case "Status" -> constraints.oneOf(STATUSES);
      case "AccessType" -> constraints.oneOf(ACCESS_TYPES);
      case "InvokedAfter", "InvokedBefore" ->
          constraints.check(
              time(filter.value()).isPresent(), "Member must be a time in the form of ISO 8601");
      default -> {}
    }
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException notIso) {
      return Optional.empty();
    }
  }

  @Override
  public Question question(DescribeSessionsRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DescribeSessionsResponse run(Call call, DescribeSessionsRequest input) {
    String query = name() + input.stateAsString() + input.filters();
    Optional<Cursor> after = nextToken.open(query, input.nextToken()).flatMap(Cursor::parse);
    if (matchesNothing(input)) {
      return DescribeSessionsResponse.builder().sessions(List.of()).build();
    }
    int limit = input.maxResults() == null ? PAGE_SIZE_DEFAULT : input.maxResults();
    SessionPage page =
        sessions.page(input.stateAsString().equals("History"), filter(input), after, limit);
    return DescribeSessionsResponse.builder()
        .sessions(page.sessions().stream().map(DescribeSessions::session).toList())
        .nextToken(page.next().map(next -> nextToken.seal(query, next.encode())).orElse(null))
        .build();
  }

  /**
   * All filters must hold: two values for one key contradict, and every session of ours is a
   * Standard one.
   */
  private static boolean matchesNothing(DescribeSessionsRequest input) {
    return input.filters().stream()
        .anyMatch(filter ->
            filter.keyAsString().equals("AccessType")
                ? filter.value().equals("JustInTime")
                : input.filters().stream()
                    .anyMatch(other ->
                        other.keyAsString().equals(filter.keyAsString())
                            && !other.value().equals(filter.value())));
  }

  private static SessionFilter filter(DescribeSessionsRequest input) {
    var values = new LinkedHashMap<String, String>();
    input.filters().forEach(filter -> values.put(filter.keyAsString(), filter.value()));
    return new SessionFilter(
        Optional.ofNullable(values.get("InvokedAfter")).flatMap(DescribeSessions::time),
        Optional.ofNullable(values.get("InvokedBefore")).flatMap(DescribeSessions::time),
        Optional.ofNullable(values.get("Target")),
        Optional.ofNullable(values.get("Owner")),
        Optional.ofNullable(values.get("Status")).map(SessionRecord.Status::valueOf),
        Optional.ofNullable(values.get("SessionId")));
  }

  private static Session session(SessionRecord record) {
    return Session.builder()
        .sessionId(record.id().value())
        .target(record.target())
        .status(record.status().name())
        .startDate(record.startDate())
        .endDate(record.endDate().orElse(null))
        .documentName(record.documentName())
        .owner(record.ownerArn())
        .reason(record.reason().orElse(null))
        .details(record.details().orElse(null))
        .outputUrl(SessionManagerOutputUrl.builder().build())
        .maxSessionDuration(maxMinutes(record))
        .accessType("Standard")
        .build();
  }

  private static @Nullable String maxMinutes(SessionRecord record) {
    OptionalInt minutes = record.limits().maxMinutes();
    return minutes.isPresent() ? Integer.toString(minutes.getAsInt()) : null;
  }

  @Override
  public Map<String, Object> auditParameters(DescribeSessionsRequest input) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("state", input.stateAsString());
    if (input.hasFilters()) {
      parameters.put(
          "filters",
          input.filters().stream()
              .map(filter -> Map.of("key", filter.keyAsString(), "value", filter.value()))
              .toList());
    }
    return parameters;
  }
}
