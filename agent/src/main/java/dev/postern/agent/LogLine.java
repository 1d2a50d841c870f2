package dev.postern.agent;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes each log record as one line on standard error. */
final class LogLine extends Formatter {
  @Override
  public String format(LogRecord entry) {
    String name = String.valueOf(entry.getLoggerName());
    StringBuilder line =
        new StringBuilder()
            .append(Instant.ofEpochMilli(entry.getMillis()).truncatedTo(ChronoUnit.MILLIS))
            .append(' ')
            .append(entry.getLevel().getName())
            .append(' ')
            .append(name.substring(name.lastIndexOf('.') + 1))
            .append(": ")
            .append(formatMessage(entry).replaceAll("\\R", " "));
    if (entry.getThrown() != null) {
      line.append(" (").append(entry.getThrown()).append(')');
    }
    return line.append('\n').toString();
  }

  static void install() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setFormatter(new LogLine());
    console.setLevel(Level.INFO);
    root.addHandler(console);
  }
}
