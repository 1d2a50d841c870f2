package dev.postern.agent.shell;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one session started, found again whatever it called: by its control group where
 * one can be made, by a variable that children inherit, by terminal session and by parentage.
 *
 * <p>Not found: a process that cleared its environment, left its session and lost its parent, on a
 * machine where no control group can be made; and one that left the control group as root in the
 * same way. Owned by one session; methods may be called from any thread, {@link #end} by one at a
 * time.
 */
final class ProcessScope {
  /** The variable that marks a session's processes. Its value is random and means nothing else. */
  static final String MARKER = "POSTERN_SESSION";

  private static final String GROUP = "postern-";
  private static final Logger LOG = System.getLogger(ProcessScope.class.getName());
  private static final Duration KILL_TIME_MAX = Duration.ofSeconds(5);
  private static final long LOOK_AGAIN_MILLIS = 10;

  /** New processes may be born while the table is read: so often must nothing be found. */
  private static final int EMPTY_LOOKS = 2;

  private static final long SELF = ProcessHandle.current().pid();
  private static final long INIT = 1;

  private final String mark;
  private final byte[] variable;
  private final @Nullable Cgroup cgroup;
  private final Object endLock = new Object();
  private final Set<Long> sessions = new HashSet<>();
  private ProcessTable.@Nullable Entry leader;

  /** The leader's start, in ticks since boot; 0 while it is not known. Outlives the leader. */
  private long oldest;

  /**
   * @param mark unique among all sessions of this machine; letters and digits
   */
  ProcessScope(String mark, Optional<Cgroup> cgroup) {
    this.mark = mark;
    this.variable = (MARKER + "=" + mark).getBytes(StandardCharsets.US_ASCII);
    this.cgroup = cgroup.orElse(null);
  }

  static ProcessScope create(String mark) {
    return new ProcessScope(mark, Cgroup.create(GROUP + mark));
  }

  /** That of a session which was started by an agent that is gone. */
  static ProcessScope existing(String mark) {
    return new ProcessScope(mark, Cgroup.existing(GROUP + mark));
  }

  String mark() {
    return mark;
  }

  /** Where the first process must write 0; null without a control group. */
  @Nullable Path entrance() {
    return cgroup == null ? null : cgroup.entrance();
  }

  /** Remembers the session leader, whose session may outlive it. */
  void leader(long pid) {
    synchronized (endLock) {
      leader = ProcessTable.entry(pid);
      sessions.add(pid);
      oldest = leader == null ? 0 : leader.startTicks();
    }
  }

  /**
   * Ends all processes: hangs up, waits at most the grace time for them to go, kills the rest.
   * Interruption shortens the grace, not the killing.
   *
   * @return false when some could not be ended
   */
  boolean end(Duration grace) {
    synchronized (endLock) {
      boolean interrupted = false;
      Set<Long> members = members();
      for (long pid : members) {
        Libc.kill(pid, Libc.SIGHUP);
        Libc.kill(pid, Libc.SIGCONT);
      }
      try {
        members = awaitNone(members, grace);
      } catch (InterruptedException inHurry) {
        interrupted = true;
        members = members();
      }
      boolean none = kill(members);
      if (cgroup != null) {
        cgroup.remove();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return none;
    }
  }

  /** Those that are left, or were born meanwhile. */
  private Set<Long> awaitNone(Set<Long> known, Duration grace) throws InterruptedException {
    long deadline = System.nanoTime() + grace.toNanos();
    Set<Long> members = known;
    while (!members.isEmpty() && System.nanoTime() - deadline < 0) {
      // Whether some go on living is asked of them alone: a look at all processes of a machine is
      // most of the work that the end of a session is.
      if (members.stream().anyMatch(pid -> ProcessTable.entry(pid) != null)) {
        Thread.sleep(LOOK_AGAIN_MILLIS);
      } else {
        members = members();
      }
    }
    return members.isEmpty() ? members : members();
  }

  /**
   * @param seen what the last look found
   */
  private boolean kill(Set<Long> seen) {
    long deadline = System.nanoTime() + KILL_TIME_MAX.toNanos();
    Set<Long> members = seen;
    int empty = 0;
    while (true) {
      empty = members.isEmpty() ? empty + 1 : 0;
      if (empty == EMPTY_LOOKS) {
        return true;
      }
      if (System.nanoTime() - deadline > 0) {
        LOG.log(Level.WARNING, "{0} processes of a session could not be ended", members.size());
        return false;
      }
      if (cgroup != null && !members.isEmpty()) {
        cgroup.kill();
      }
      for (long pid : members) {
        Libc.kill(pid, Libc.SIGKILL);
      }
      members = members();
    }
  }

  /** The processes that belong to this session now. */
  Set<Long> members() {
    List<ProcessTable.Entry> living;
    try {
      living = ProcessTable.living();
    } catch (IOException noProc) {
      throw new IllegalStateException("/proc cannot be read", noProc);
    }
    Set<Long> grouped = cgroup == null ? Set.of() : new HashSet<>(cgroup.members());
    synchronized (endLock) {
      forgetReusedLeader(living);
      List<ProcessTable.Entry> eligible = living.stream().filter(this::isEligible).toList();
      Set<Long> members = new HashSet<>();
      for (ProcessTable.Entry entry : eligible) {
        if (grouped.contains(entry.pid()) || ProcessTable.startedWith(entry.pid(), variable)) {
          members.add(entry.pid());
        }
      }
      addRelatives(members, eligible);
      for (ProcessTable.Entry entry : eligible) {
        if (entry.session() == entry.pid() && members.contains(entry.pid())) {
          sessions.add(entry.pid());
        }
      }
      // Only sessions of living members are kept, so that a reused number is never taken for ours.
      long leaderPid = leader == null ? -1 : leader.pid();
      sessions.removeIf(session ->
          session != leaderPid && living.stream().noneMatch(entry -> entry.session() == session));
      return members;
    }
  }

  /** Nothing that is older than our leader was started by it. */
  private boolean isEligible(ProcessTable.Entry entry) {
    return entry.startTicks() >= oldest && entry.pid() != SELF && entry.pid() != INIT;
  }

  private void addRelatives(Set<Long> members, List<ProcessTable.Entry> eligible) {
    boolean grew = true;
    while (grew) {
      grew = false;
      for (ProcessTable.Entry entry : eligible) {
        if (!members.contains(entry.pid())
            && (sessions.contains(entry.session()) || members.contains(entry.parent()))) {
          members.add(entry.pid());
          grew = true;
        }
      }
    }
  }

  /** Another process got the number of our leader after it had gone with its whole session. */
  private void forgetReusedLeader(List<ProcessTable.Entry> living) {
    ProcessTable.Entry known = leader;
    if (known == null) {
      return;
    }
    for (ProcessTable.Entry entry : living) {
      if (entry.pid() == known.pid() && entry.startTicks() != known.startTicks()) {
        sessions.remove(known.pid());
        leader = null;
        return;
      }
    }
  }
}
