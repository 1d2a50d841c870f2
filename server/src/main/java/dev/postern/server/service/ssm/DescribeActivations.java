package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.NextToken;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.Activations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.Activation;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsFilter;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsRequest;
import software.amazon.awssdk.services.ssm.model.DescribeActivationsResponse;
import software.amazon.awssdk.services.ssm.model.Tag;

/** Lists activations, newest first. Their codes are told once only, by CreateActivation. */
final class DescribeActivations
    extends SsmOperation<DescribeActivationsRequest, DescribeActivationsResponse> {
  private static final int PAGE_SIZE_MAX = 50;
  private static final int READ_SIZE = 200;
  private static final List<String> KEYS =
      List.of("ActivationIds", "DefaultInstanceName", "IamRole");

  private final Activations activations;
  private final NextToken nextToken;

  DescribeActivations(SessionParts parts) {
    super(SdkCodec.of(DescribeActivationsRequest.class, DescribeActivationsRequest::builder), true);
    this.activations = parts.store().activations();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(DescribeActivationsRequest input) {
    Constraints constraints =
        Constraints.of().member("maxResults", input.maxResults()).range(1, PAGE_SIZE_MAX);
    int index = 0;
    for (DescribeActivationsFilter filter : input.filters()) {
      index++;
      constraints
          .member("filters." + index + ".member.filterKey", filter.filterKeyAsString())
          .required()
          .oneOf(KEYS);
    }
    constraints.verify();
  }

  @Override
  public Question question(DescribeActivationsRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DescribeActivationsResponse run(Call call, DescribeActivationsRequest input) {
    String query = name() + input.filters();
    Optional<String> after = nextToken.open(query, input.nextToken());
    int limit = input.maxResults() == null ? PAGE_SIZE_MAX : input.maxResults();
    List<Activation> found = new ArrayList<>();
    List<ActivationRecord> read = activations.list(after, READ_SIZE);
    String last = "";
    while (!read.isEmpty()) {
      for (ActivationRecord activation : read) {
        if (!matches(activation, input.filters())) {
          continue;
        }
        if (found.size() == limit) {
          return answer(found, nextToken.seal(query, last));
        }
        found.add(activation(activation, call.now()));
        last = activation.activationId();
      }
      read = activations.list(Optional.of(read.getLast().activationId()), READ_SIZE);
    }
    return answer(found, "");
  }

  private static DescribeActivationsResponse answer(List<Activation> found, String token) {
    var answer = DescribeActivationsResponse.builder().activationList(found);
    return token.isEmpty() ? answer.build() : answer.nextToken(token).build();
  }

  private static boolean matches(
      ActivationRecord activation, List<DescribeActivationsFilter> filters) {
    return filters.stream()
        .allMatch(filter ->
            filter
                .filterValues()
                .contains(
                    switch (filter.filterKeyAsString()) {
                      case "ActivationIds" -> activation.activationId();
                      case "DefaultInstanceName" -> activation.defaultInstanceName().orElse("");
                      default -> activation.iamRole();
                    }));
  }

  private static Activation activation(ActivationRecord record, Instant now) {
    return Activation.builder()
        .activationId(record.activationId())
        .description(record.description().orElse(null))
        .defaultInstanceName(record.defaultInstanceName().orElse(null))
        .iamRole(record.iamRole())
        .registrationLimit(record.registrationLimit())
        .registrationsCount(record.registrationsCount())
        .expirationDate(record.expirationDate())
        .expired(!now.isBefore(record.expirationDate()))
        .createdDate(record.createdDate())
        .tags(
            record.tags().entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList())
        .build();
  }

  @Override
  public Map<String, Object> auditParameters(DescribeActivationsRequest input) {
    return Map.of();
  }
}
