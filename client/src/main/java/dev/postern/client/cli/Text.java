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

  /** Names and values, one pair a line; a name is not repeated below itself. */
  static void fields(PrintWriter out, List<List<String>> fields) {
    int width = fields.stream().mapToInt(field -> field.getFirst().length()).max().orElse(0);
    String before = "";
    for (List<String> field : fields) {
      String name = field.getFirst().equals(before) ? "" : field.getFirst();
      before = field.getFirst();
      out.println(name + " ".repeat(width - name.length()) + GAP + line(field.get(1)));
    }
    out.flush();
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
