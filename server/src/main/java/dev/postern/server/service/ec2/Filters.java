package dev.postern.server.service.ec2;

import dev.postern.aws.Fault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * The filters of a Describe operation: all of them must match, each by any of its values.
 * Immutable.
 */
final class Filters {
  /** The name of the filter by a tag's value begins so. */
  static final String TAG = "tag:";

  private static final int VALUES_MAX = 200;

  private final List<One> filters;

  /** One filter. */
  private record One(String name, List<FilterPattern> patterns) {
    boolean matches(Collection<String> values) {
      return values.stream()
          .anyMatch(value -> patterns.stream().anyMatch(pattern -> pattern.matches(value)));
    }
  }

  private Filters(List<One> filters) {
    this.filters = filters;
  }

  /**
   * Reads what a call has.
   *
   * @param names that the operation knows, besides those by tag
   * @throws Fault {@code InvalidParameterValue} or {@code FilterLimitExceeded}
   */
  static Filters of(List<Filter> filters, Set<String> names) {
    List<One> all = new ArrayList<>();
    int count = 0;
    for (Filter filter : filters) {
      String name = filter.name() == null ? "null" : filter.name();
      if (!names.contains(name) && !(name.startsWith(TAG) && name.length() > TAG.length())) {
        throw Ec2Operation.invalid("The filter '" + name + "' is invalid");
      }
      if (filter.values().isEmpty()) {
        throw Ec2Operation.invalid("The filter '" + name + "' has no values");
      }
      count += filter.values().size();
      all.add(new One(name, filter.values().stream().map(FilterPattern::new).toList()));
    }
    if (count > VALUES_MAX) {
      throw new Fault(
          "FilterLimitExceeded",
          400,
          "The maximum number of filter values specified on a single call is " + VALUES_MAX);
    }
    return new Filters(all);
  }

  /**
   * Whether something is wanted.
   *
   * @param values from a filter's name to what the thing has under it
   */
  boolean match(Function<String, Collection<String>> values) {
    return filters.stream().allMatch(filter -> filter.matches(values.apply(filter.name())));
  }

  /** As CloudTrail shows them. */
  static Map<String, Object> shown(List<Filter> filters) {
    return Map.of(
        "items",
        filters.stream()
            .map(filter ->
                Map.of(
                    "name",
                    filter.name(),
                    "valueSet",
                    Map.of(
                        "items",
                        filter.values().stream().map(value -> Map.of("value", value)).toList())))
            .toList());
  }
}
