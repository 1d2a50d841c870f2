package dev.postern.client.cli;

import dev.postern.aws.json.Json;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a listing command prints: objects of the API, as a table for people or as JSON for programs.
 */
final class Listing {
  private static final long MILLIS_PER_SECOND = 1000;

  /** Members that the API writes as seconds since 1970. */
  private static final Set<String> DATES =
      Set.of(
          "StartDate",
          "EndDate",
          "LastPingDateTime",
          "RegistrationDate",
          "LastAssociationExecutionDate",
          "LastSuccessfulAssociationExecutionDate");

  private Listing() {}

  /**
   * Prints a list.
   *
   * @param columns heading to member, in order
   */
  static void print(
      PrintWriter out,
      boolean json,
      List<Map<String, Object>> objects,
      Map<String, String> columns) {
    List<Map<String, Object>> readable = objects.stream().map(Listing::readable).toList();
    if (json) {
      out.println(Json.writeString(readable));
      out.flush();
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.copyOf(columns.keySet()));
    for (Map<String, Object> object : readable) {
      rows.add(columns.values().stream().map(member -> cell(object.get(member))).toList());
    }
    Text.table(out, rows);
  }

  private static String cell(@Nullable Object value) {
    return value == null || value.toString().isEmpty() ? "-" : value.toString();
  }

  private static Map<String, Object> readable(Map<String, Object> object) {
    Map<String, Object> readable = new LinkedHashMap<>(object);
    readable.replaceAll((member, value) -> DATES.contains(member) ? date(value) : value);
    return readable;
  }

  /** A date that makes no sense is shown as it came. */
  private static Object date(Object value) {
    if (!(value instanceof Number number)) {
      return value;
    }
    try {
      BigDecimal millis =
          new BigDecimal(number.toString()).multiply(BigDecimal.valueOf(MILLIS_PER_SECOND));
      return Instant.ofEpochMilli(millis.longValue()).truncatedTo(ChronoUnit.SECONDS).toString();
    } catch (DateTimeException outOfRange) {
      return value;
    }
  }
}
