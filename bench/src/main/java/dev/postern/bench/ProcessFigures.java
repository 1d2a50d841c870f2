package dev.postern.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Linux tells of a running process (proc(5)). */
final class ProcessFigures {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Rank, instances, bytes and class. */
  private static final Pattern HISTOGRAM_ROW = Pattern.compile("^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

  /** What the collector puts in the place of garbage that it leaves where it is. */
  private static final String FILLER = "jdk.internal.vm.Filler";

  private static final int BYTES_PER_KIBIBYTE = 1024;
  private static final int USER_TIME_FIELD = 14;

  /** What {@code sysconf(_SC_CLK_TCK)} says on every Linux of our time. */
  private static final double TICKS_PER_SECOND = 100;

  private final long pid;

  ProcessFigures(Process process) {
    this.pid = process.pid();
  }

  /** Has a JVM collect all its garbage, with the tool of the JDK that runs this program. */
  void collectGarbage() throws IOException, InterruptedException {
    List<String> _ = jcmd("GC.run");
  }

  /**
   * What the objects of a JVM take that can still be reached, in KiB. Not what its heap has in use:
   * the serial collector leaves some garbage where it is in three of four collections.
   */
  long liveHeapKibibytes() throws IOException, InterruptedException {
    long bytes = 0;
    for (String line : jcmd("GC.class_histogram")) {
      Matcher row = HISTOGRAM_ROW.matcher(line);
      if (row.find() && !row.group(2).contains(FILLER)) {
        bytes += Long.parseLong(row.group(1));
      }
    }
    return bytes / BYTES_PER_KIBIBYTE;
  }

  private List<String> jcmd(String command) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return Commands.output(List.of(jcmd, Long.toString(pid), command), PATIENCE);
  }

  /** Resident memory in KiB. */
  long residentKibibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("process " + pid + " has no VmRSS");
  }

  /** CPU time of all its threads so far, in seconds. */
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // The second field is the program's name in brackets, which may contain blanks.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    int user = USER_TIME_FIELD - 3;
    return (Long.parseLong(fields[user]) + Long.parseLong(fields[user + 1])) / TICKS_PER_SECOND;
  }

  /** Open descriptors. */
  long descriptors() throws IOException {
    try (var entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return entries.count();
    }
  }

  /** Threads of the system. */
  long threads() throws IOException {
    try (var entries = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return entries.count();
    }
  }
}
