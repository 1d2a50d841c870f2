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
  private static final Pattern GENERATION =
      Pattern.compile("(?:DefNew|Tenured|[a-z]+ generation) .*used (\\d+)K");
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

  /** What a JVM with the serial collector holds after it collected its garbage, in KiB. */
  long liveHeapKibibytes() throws IOException, InterruptedException {
    collectGarbage();
    long used = 0;
    for (String line : jcmd("GC.heap_info")) {
      Matcher generation = GENERATION.matcher(line);
      if (generation.find()) {
        used += Long.parseLong(generation.group(1));
      }
    }
    return used;
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
