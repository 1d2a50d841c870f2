package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The condition keys of one request with their values (spec/aws-api.md 4.6). Names compare without
 * regard to case, the tag's key behind a slash included. A key without values is absent; an empty
 * text is a value.
 */
public final class RequestContext {
  /** No keys. */
  public static final RequestContext EMPTY = new RequestContext(Map.of());

  private final Map<String, Entry> entries;

  private record Entry(String name, List<String> values) {}

  private RequestContext(Map<String, Entry> entries) {
    this.entries = entries;
  }

  /** Keys with their values; of names that differ only in case the last one stays. */
  public static RequestContext of(Map<String, ? extends Collection<String>> values) {
    Builder builder = builder();
    values.forEach(builder::put);
    return builder.build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The values of a key; empty when it is absent. */
  public List<String> values(String name) {
    return valuesOf(lowerCased(name));
  }

  /** Whether the key is there with at least one value. */
  public boolean has(String name) {
    return entries.containsKey(lowerCased(name));
  }

  /** The keys that are present, sorted, as they were spelled when they were put in. */
  public NavigableSet<String> names() {
    NavigableSet<String> names = new TreeSet<>();
    entries.values().forEach(entry -> names.add(entry.name()));
    return names;
  }

  /** These keys and those of another context, whose values win. */
  public RequestContext merge(RequestContext over) {
    if (over.entries.isEmpty()) {
      return this;
    }
    Map<String, Entry> merged = new LinkedHashMap<>(entries);
    merged.putAll(over.entries);
    return new RequestContext(merged);
  }

  /** As {@link #values}, for names that were lower-cased when a policy was compiled. */
  List<String> valuesOf(String lowerCasedName) {
    Entry entry = entries.get(lowerCasedName);
    return entry == null ? List.of() : entry.values();
  }

  static String lowerCased(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return entries.values().toString();
  }

  /** Collects keys. For one thread. */
  public static final class Builder {
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private Builder() {}

    /** Sets a key to one value, whatever it had before. */
    public Builder put(String name, String value) {
      return put(name, List.of(value));
    }

    /** Sets a key to these values, whatever it had before; none make it absent. */
    public Builder put(String name, Collection<String> values) {
      if (values.isEmpty()) {
        entries.remove(lowerCased(name));
      } else {
        entries.put(lowerCased(name), new Entry(name, List.copyOf(values)));
      }
      return this;
    }

    /** Adds a value to those that the key has. */
    public Builder add(String name, String value) {
      Entry before = entries.get(lowerCased(name));
      if (before == null) {
        return put(name, value);
      }
      List<String> values = new ArrayList<>(before.values());
      values.add(value);
      entries.put(lowerCased(name), new Entry(before.name(), List.copyOf(values)));
      return this;
    }

    public RequestContext build() {
      return new RequestContext(new LinkedHashMap<>(entries));
    }
  }
}
