package dev.postern.client.cli;

import java.io.PrintWriter;
import java.util.List;

/**
 * Text from a server as it may be shown on a terminal: without control characters, which could
 * command it.
 */
final class Text {
  private static final String GAP = "  ";

  private Text() {}

  /** One line. */
  static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}]+", " ").strip();
  }

  /** Columns as wide as their content; the first row is the heading. */
  static void table(PrintWriter out, List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], line(row.get(column)).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = line(row.get(column));
        line.append(cell).repeat(' ', widths[column] - cell.length()).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
    out.flush();
  }
}
