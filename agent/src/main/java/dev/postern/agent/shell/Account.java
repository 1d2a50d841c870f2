package dev.postern.agent.shell;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * An account of this machine, from whatever its name service knows (files, LDAP, ...).
 *
 * @param home may not exist
 * @param shell empty when the account has none set
 */
public record Account(String name, int uid, int gid, String home, String shell) {
  private static final MethodHandle BY_NAME =
      Libc.intCall("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle BY_UID =
      Libc.intCall("getpwuid_r", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);

  private static final int TEXT_BYTES_MAX = 1024 * 1024;
  private static final int TEXT_BYTES_FIRST = 4096;

  // struct passwd on 64-bit Linux: name, password, uid, gid, gecos, home, shell.
  private static final int NAME_OFFSET = 0;
  private static final int UID_OFFSET = 16;
  private static final int GID_OFFSET = 20;
  private static final int HOME_OFFSET = 32;
  private static final int SHELL_OFFSET = 40;
  private static final int PASSWD_BYTES = 48;

  private interface Lookup {
    Libc.Outcome into(MemorySegment entry, MemorySegment text, MemorySegment result);
  }

  public static Optional<Account> named(String name) throws IOException {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(name);
      return find(
          "getpwnam_r",
          (entry, text, result) -> Libc.call(BY_NAME, key, entry, text, text.byteSize(), result));
    }
  }

  public static Optional<Account> numbered(int uid) throws IOException {
    return find(
        "getpwuid_r",
        (entry, text, result) -> Libc.call(BY_UID, uid, entry, text, text.byteSize(), result));
  }

  /** The account that this process runs as; one made up when its number has no entry. */
  public static Account current() throws IOException {
    int uid = Libc.effectiveUser();
    return numbered(uid)
        .orElseGet(
            () -> new Account(Integer.toUnsignedString(uid), uid, Libc.effectiveGroup(), "/", ""));
  }

  public boolean isRoot() {
    return uid == 0;
  }

  private static Optional<Account> find(String call, Lookup lookup) throws IOException {
    for (int size = TEXT_BYTES_FIRST; size <= TEXT_BYTES_MAX; size *= 4) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment entry = arena.allocate(PASSWD_BYTES, ADDRESS.byteAlignment());
        MemorySegment text = arena.allocate(size);
        MemorySegment result = arena.allocate(ADDRESS);
        // These answer the error number itself and leave errno alone.
        int error = (int) lookup.into(entry, text, result).value();
        if (error == Libc.ERANGE) {
          continue;
        }
        if (result.get(ADDRESS, 0).address() == 0) {
          // "Not found" comes as 0, ENOENT, ESRCH or EBADF, depending on the name service.
          return Optional.empty();
        }
        return Optional.of(read(entry));
      }
    }
    throw new PosixException(call, Libc.ERANGE);
  }

  private static Account read(MemorySegment entry) {
    return new Account(
        string(entry, NAME_OFFSET),
        entry.get(JAVA_INT, UID_OFFSET),
        entry.get(JAVA_INT, GID_OFFSET),
        string(entry, HOME_OFFSET),
        string(entry, SHELL_OFFSET));
  }

  private static String string(MemorySegment entry, int offset) {
    MemorySegment pointer = entry.get(Libc.stringPointer(), offset);
    return pointer.address() == 0 ? "" : pointer.getString(0);
  }
}
