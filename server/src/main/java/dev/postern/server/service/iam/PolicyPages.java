package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.NextToken;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lists in pages: {@code MaxItems} in, {@code IsTruncated} and {@code Marker} out. */
final class PolicyPages {
  static final int ITEMS_MAX = 1000;
  private static final int ITEMS_DEFAULT = 100;
  private static final int MARKER_CHARACTERS_MAX = 1024;
  private static final Pattern MARKER = Pattern.compile("[\\u0020-\\u00FF]+");

  private final NextToken marker;

  PolicyPages(NextToken marker) {
    this.marker = marker;
  }

  /**
   * One page.
   *
   * @param marker where the next one begins; null after the last
   */
  record Page<T>(List<T> items, @Nullable String marker) {
    boolean isTruncated() {
      return marker != null;
    }
  }

  static Constraints check(
      Constraints constraints, @Nullable Integer maxItems, @Nullable String marker) {
    return constraints
        .member("maxItems", maxItems)
        .range(1, ITEMS_MAX)
        .member("marker", marker)
        .length(1, MARKER_CHARACTERS_MAX)
        .pattern(MARKER);
  }

  static int limit(@Nullable Integer maxItems) {
    return maxItems == null ? ITEMS_DEFAULT : maxItems;
  }

  /** The place after which a page begins; empty for the first one. */
  Optional<String> open(String query, @Nullable String given) {
    try {
      return marker.open(query, given);
    } catch (Fault invalid) {
      throw new Fault("ValidationError", 400, "Invalid Marker.");
    }
  }

  /**
   * A page of what was read, which is one more than the page when there is another one.
   *
   * @param place of an item: where a page after it begins
   */
  <T> Page<T> cut(String query, List<T> read, int limit, Function<T, String> place) {
    if (read.size() <= limit) {
      return new Page<>(List.copyOf(read), null);
    }
    List<T> items = List.copyOf(read.subList(0, limit));
    return new Page<>(items, marker.seal(query, place.apply(items.getLast())));
  }

  /**
   * A page whose end is known.
   *
   * @param next where the next page begins; empty after the last
   */
  <T> Page<T> page(String query, List<T> items, String next) {
    return new Page<>(List.copyOf(items), next.isEmpty() ? null : marker.seal(query, next));
  }

  /** A page of a list that is at hand as a whole, by the items' own order. */
  <T> Page<T> slice(String query, List<T> all, @Nullable Integer maxItems, @Nullable String given) {
    int from = open(query, given).map(Integer::parseInt).orElse(0);
    int limit = limit(maxItems);
    int to = Math.min(all.size(), from + limit);
    List<T> items = from >= to ? List.of() : List.copyOf(all.subList(from, to));
    return new Page<>(items, to < all.size() ? marker.seal(query, String.valueOf(to)) : null);
  }
}
