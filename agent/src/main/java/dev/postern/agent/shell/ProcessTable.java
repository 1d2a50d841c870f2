package dev.postern.agent.shell;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code /proc}. What it tells may be old by the time it is used; processes come and go. */
final class ProcessTable {
  private static final File PROC = new File("/proc");

  /** More than the line has: 52 numbers, and a name of 64 bytes, of which some may be escaped. */
  private static final int STAT_BYTES_MAX = 2048;

  /** Positions in {@code /proc/PID/stat} counted from the state, which follows the name. */
  private static final int STATE = 0;

  private static final int PARENT = 1;
  private static final int SESSION = 3;
  private static final int START = 19;

  private ProcessTable() {}

  /**
   * @param startTicks since boot: tells two processes of the same number apart, and children are
   *     never older than their parents
   */
  record Entry(long pid, long parent, long session, long startTicks) {}

  /** Every process that lives; zombies do not. */
  static List<Entry> living() throws IOException {
    String[] names = PROC.list();
    if (names == null) {
      throw new IOException(PROC + " cannot be listed");
    }
    List<Entry> entries = new ArrayList<>();
    byte[] stat = new byte[STAT_BYTES_MAX];
    for (String name : names) {
      if (Character.isDigit(name.charAt(0))) {
        Entry entry = read(Long.parseLong(name), stat);
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  static @Nullable Entry entry(long pid) {
    return read(pid, new byte[STAT_BYTES_MAX]);
  }

  /**
   * Read with one call into a buffer used again: the end of every session looks at every process.
   */
  private static @Nullable Entry read(long pid, byte[] stat) {
    int length;
    try (FileInputStream file = new FileInputStream(path(pid, "stat"))) {
      length = file.read(stat);
    } catch (IOException gone) {
      return null;
    }
    // The name is in brackets and may itself hold brackets and spaces.
    int name = length - 1;
    while (name >= 0 && stat[name] != ')') {
      name--;
    }
    return name < 0 ? null : parsed(pid, stat, name + 2, length);
  }

  private static @Nullable Entry parsed(long pid, byte[] stat, int from, int to) {
    long[] fields = new long[START + 1];
    int field = STATE;
    for (int at = from; at < to; at++) {
      if (stat[at] != ' ') {
        // Makes nonsense of the state and of numbers below 0, which nobody asks for.
        fields[field] = fields[field] * 10 + stat[at] - '0';
      } else if (field++ == START) {
        return "ZXx".indexOf(stat[from]) >= 0
            ? null
            : new Entry(pid, fields[PARENT], fields[SESSION], fields[START]);
      }
    }
    return null;
  }

  /** Whether the process was started with this {@code NAME=value}; false when we may not know. */
  static boolean startedWith(long pid, byte[] variable) {
    byte[] environment = environment(pid);
    int start = 0;
    for (int at = 0; at <= environment.length; at++) {
      if (at == environment.length || environment[at] == 0) {
        if (Arrays.equals(environment, start, at, variable, 0, variable.length)) {
          return true;
        }
        start = at + 1;
      }
    }
    return false;
  }

  /** Empty when the process is gone or not ours to look at. */
  private static byte[] environment(long pid) {
    try {
      return Files.readAllBytes(Path.of(path(pid, "environ")));
    } catch (IOException gone) {
      return new byte[0];
    }
  }

  private static String path(long pid, String file) {
    return "/proc/" + pid + "/" + file;
  }
}
