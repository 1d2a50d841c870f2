package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code /proc}. What it tells may be old by the time it is used; processes come and go. */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  /** Positions in {@code /proc/PID/stat} counted from the state, which follows the name. */
  private static final int STATE = 0;

  private static final int PARENT = 1;
  private static final int SESSION = 3;
  private static final int START = 19;

  private ProcessTable() {}

  /**
   * @param startTicks since boot: tells two processes of the same number apart
   */
  record Entry(long pid, long parent, long session, long startTicks) {}

  /** Every process that lives; zombies do not. */
  static List<Entry> living() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> directory = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path path : directory) {
        Entry entry = entry(Long.parseLong(path.getFileName().toString()));
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  static @Nullable Entry entry(long pid) {
    String stat = new String(content(pid, "stat"), StandardCharsets.ISO_8859_1);
    // The name is in brackets and may itself hold brackets and spaces.
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return null;
    }
    String[] fields = stat.substring(name + 2).trim().split(" ", -1);
    if (fields.length <= START || "ZXx".contains(fields[STATE])) {
      return null;
    }
    return new Entry(
        pid,
        Long.parseLong(fields[PARENT]),
        Long.parseLong(fields[SESSION]),
        Long.parseLong(fields[START]));
  }

  /** Whether the process was started with this {@code NAME=value}; false when we may not know. */
  static boolean startedWith(long pid, byte[] variable) {
    byte[] environment = content(pid, "environ");
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
  private static byte[] content(long pid, String file) {
    try {
      return Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file));
    } catch (IOException gone) {
      return new byte[0];
    }
  }
}
