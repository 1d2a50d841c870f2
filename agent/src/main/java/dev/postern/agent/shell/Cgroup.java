package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A control group that holds one session's processes: whatever they do, their children are in it,
 * as long as they are not allowed to move themselves out. Prefers version 2, whose kill cannot be
 * outrun; then the pids hierarchy of version 1, which can at least forbid new processes.
 */
final class Cgroup {
  private static final String PROCESSES = "cgroup.procs";
  private static final String KILL = "cgroup.kill";
  private static final String PIDS_MAX = "pids.max";

  private final Path directory;

  private Cgroup(Path directory) {
    this.directory = directory;
  }

  /** Makes a group below our own; empty where none can be made. */
  static Optional<Cgroup> create(String name) {
    for (Path parent : parents()) {
      Path directory = parent.resolve(name);
      try {
        Files.createDirectory(directory);
      } catch (IOException notWritable) {
        continue;
      }
      Cgroup made = new Cgroup(directory);
      if (Files.isWritable(directory.resolve(PROCESSES))
          && (Files.isWritable(directory.resolve(KILL))
              || Files.isWritable(directory.resolve(PIDS_MAX)))) {
        return Optional.of(made);
      }
      made.remove();
    }
    return Optional.empty();
  }

  /** Finds a group that was made earlier below what is our own now. */
  static Optional<Cgroup> existing(String name) {
    return parents().stream()
        .map(parent -> parent.resolve(name))
        .filter(Files::isDirectory)
        .map(Cgroup::new)
        .findFirst();
  }

  /** A process that writes 0 to this file becomes a member. */
  Path entrance() {
    return directory.resolve(PROCESSES);
  }

  /** The members, also of groups that they made inside. */
  List<Long> members() {
    List<Long> pids = new ArrayList<>();
    collect(directory, pids);
    return pids;
  }

  /** Kills all members at once where the kernel can, else stops them from starting more. */
  void kill() {
    try {
      Path kill = directory.resolve(KILL);
      if (Files.exists(kill)) {
        Files.writeString(kill, "1");
      } else {
        Files.writeString(directory.resolve(PIDS_MAX), "0");
      }
    } catch (IOException notNow) {
      // The caller kills every member by its number in any case and looks whether one is left.
      System.getLogger(Cgroup.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot kill the group: {0}", notNow.getMessage());
    }
  }

  /** Removes the group; does nothing when somebody is still in it. */
  void remove() {
    remove(directory);
  }

  private static void collect(Path group, List<Long> pids) {
    try {
      for (String line : Files.readAllLines(group.resolve(PROCESSES))) {
        pids.add(Long.parseLong(line.trim()));
      }
      for (Path inner : inner(group)) {
        collect(inner, pids);
      }
    } catch (IOException gone) {
      return;
    }
  }

  private static void remove(Path group) {
    try {
      for (Path inner : inner(group)) {
        remove(inner);
      }
      Files.deleteIfExists(group);
    } catch (IOException occupied) {
      System.getLogger(Cgroup.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot remove the group: {0}", occupied.getMessage());
    }
  }

  private static List<Path> inner(Path group) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(group, Files::isDirectory)) {
      children.forEach(found::add);
    }
    return found;
  }

  /** Our own group in every hierarchy that would do, best first. */
  private static List<Path> parents() {
    List<Path> version2 = new ArrayList<>();
    List<Path> version1 = new ArrayList<>();
    try {
      List<String> own = Files.readAllLines(Path.of("/proc/self/cgroup"));
      for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        String[] halves = line.split(" - ", 2);
        String[] mount = halves[0].split(" ", -1);
        String[] system = halves.length == 2 ? halves[1].split(" ", -1) : new String[0];
        if (mount.length < 5 || system.length < 3) {
          continue;
        }
        if (system[0].equals("cgroup2")) {
          below(mount[3], mount[4], groupIn(own, "")).ifPresent(version2::add);
        } else if (system[0].equals("cgroup")
            && List.of(system[2].split(",", -1)).contains("pids")) {
          below(mount[3], mount[4], groupIn(own, "pids")).ifPresent(version1::add);
        }
      }
    } catch (IOException none) {
      return List.of();
    }
    version2.addAll(version1);
    return version2;
  }

  private static String groupIn(List<String> own, String controller) {
    for (String line : own) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3 && List.of(fields[1].split(",", -1)).contains(controller)) {
        return fields[2];
      }
    }
    return "";
  }

  private static Optional<Path> below(String root, String mountPoint, String group) {
    Path inHierarchy = Path.of(group.isEmpty() ? "/" : group).normalize();
    Path rootPath = Path.of(root).normalize();
    if (group.isEmpty() || group.contains("..") || !inHierarchy.startsWith(rootPath)) {
      return Optional.empty();
    }
    return Optional.of(Path.of(mountPoint).resolve(rootPath.relativize(inHierarchy)));
  }
}
