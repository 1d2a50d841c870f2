package dev.postern.server.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * The column {@code tags} of a table whose rows have one name each. Its methods run inside a
 * transaction of the caller's.
 *
 * @param table of ours, never a caller's text
 * @param name the column that names a row, likewise
 */
record TagColumn(String table, String name) {
  /** The tags of a row; empty when there is no such row. */
  Optional<Map<String, String>> of(Handle handle, String row) {
    return handle
        .createQuery("select tags from " + table + " where " + name + " = :name")
        .bind("name", row)
        .map((found, context) -> Columns.tags(found, "tags"))
        .findOne();
  }

  /** Changes the tags of all rows or of none. */
  TagChange change(
      Handle handle,
      Collection<String> rows,
      int tagsMax,
      UnaryOperator<Map<String, String>> change) {
    Map<String, Map<String, String>> changed = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (String row : rows) {
      of(handle, row)
          .ifPresentOrElse(
              before -> changed.put(row, change.apply(before)), () -> unknown.add(row));
    }
    if (!unknown.isEmpty()) {
      return new TagChange.Unknown(unknown);
    }
    for (Map.Entry<String, Map<String, String>> each : changed.entrySet()) {
      if (each.getValue().size() > tagsMax) {
        return new TagChange.TooMany(each.getKey());
      }
    }
    changed.forEach((row, tags) -> write(handle, row, tags));
    return new TagChange.Done();
  }

  private void write(Handle handle, String row, Map<String, String> tags) {
    handle
        .createUpdate("update " + table + " set tags = :tags where " + name + " = :name")
        .bind("tags", Columns.fromTags(tags))
        .bind("name", row)
        .execute();
  }
}
