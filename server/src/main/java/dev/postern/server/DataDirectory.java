package dev.postern.server;

import dev.postern.server.store.MasterKey;
import dev.postern.server.store.PrivateFile;
import dev.postern.server.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory where a server keeps everything, mode 0700, locked while it is open so that two
 * servers never share one. The lock goes with the process, however it ends. Immutable after {@link
 * #open}.
 */
public final class DataDirectory implements AutoCloseable {
  /** Holds the master key, as base64, instead of the file. */
  public static final String MASTER_KEY_VARIABLE = "POSTERN_MASTER_KEY";

  private static final String LOCK = "server.lock";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Where the data is when no directory is named. */
  public static Path defaultPath(Map<String, String> environment) {
    String data = environment.getOrDefault("POSTERN_DATA", "");
    if (!data.isEmpty()) {
      return Path.of(data);
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // The XDG specification tells to ignore relative paths.
    if (state.startsWith("/")) {
      return Path.of(state, "postern");
    }
    String home = environment.getOrDefault("HOME", "");
    if (home.isEmpty()) {
      throw new StartFailure("no data directory: pass --data DIR, or set POSTERN_DATA or HOME");
    }
    return Path.of(home, ".local", "state", "postern");
  }

  /** Makes the directory where it is absent, and takes it for this process. */
  public static DataDirectory open(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    if (path.toString().chars().anyMatch(Character::isISOControl)) {
      throw new StartFailure("the data directory's name holds a control character");
    }
    try {
      prepare(path);
      return new DataDirectory(path, lock(path));
    } catch (IOException failure) {
      throw new StartFailure(
          "cannot use the data directory " + path + ": " + reason(failure), failure);
    }
  }

  /** Takes a directory that a server has used before. */
  static DataDirectory openExisting(Path directory) {
    if (!Files.exists(directory.resolve(LOCK))) {
      throw new StartFailure(directory + " is not the data directory of a server");
    }
    return open(directory);
  }

  private static void prepare(Path path) throws IOException {
    if (!Files.exists(path)) {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } else if (!Files.isDirectory(path)) {
      throw new StartFailure("the data directory " + path + " is not a directory");
    } else if (!Files.exists(path.resolve(LOCK)) && holdsAnything(path)) {
      // Narrowing the mode of /tmp or of a home directory would do harm.
      throw new StartFailure(
          "the data directory " + path + " holds other things; name an empty or a new one");
    }
    if (!Files.getPosixFilePermissions(path).equals(OWNER_ONLY)) {
      Files.setPosixFilePermissions(path, OWNER_ONLY);
    }
  }

  private static boolean holdsAnything(Path path) throws IOException {
    try (Stream<Path> content = Files.list(path)) {
      // The root of a file system of its own holds this directory from the start.
      return content.anyMatch(each -> !each.endsWith("lost+found"));
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    Path file = path.resolve(LOCK);
    PrivateFile.createIfAbsent(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        String holder = Files.readString(file).strip();
        throw new StartFailure(
            "another server"
                + (holder.isEmpty() ? "" : " (process " + holder + ")")
                + " uses the data directory "
                + path);
      }
      channel.truncate(0);
      String pid = ProcessHandle.current().pid() + "\n";
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
      return channel;
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ownProcess) {
      return null;
    }
  }

  /** Absolute. */
  public Path path() {
    return path;
  }

  /** The SQLite file. */
  public Path database() {
    return path.resolve("postern.db");
  }

  /**
   * Where SQLite's native library is unpacked to: here, emptied at each start, because a process
   * that is killed cannot take it out of the machine's temporary directory again.
   */
  public Path nativeLibraries() {
    Path libraries = directory("lib");
    try (Stream<Path> left = Files.list(libraries)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new StartFailure("cannot empty " + libraries + ": " + reason(failure), failure);
    }
    return libraries;
  }

  Path masterKeyFile() {
    return path.resolve("master.key");
  }

  /** The next master key, while a rotation is under way. */
  Path newMasterKeyFile() {
    return path.resolve("master.key.new");
  }

  /** Where the CA and the certificates are; made where it is absent. */
  public Path tls() {
    return directory("tls");
  }

  /**
   * The master key: of the environment where it is given, else of the file, which is made at the
   * first start. A lost key is not replaced, because the database could not be read with another.
   */
  public MasterKey masterKey(Map<String, String> environment, RandomGenerator random) {
    Path file = masterKeyFile();
    try {
      String given = environment.getOrDefault(MASTER_KEY_VARIABLE, "");
      if (!given.isEmpty()) {
        return MasterKey.parse(given, random);
      }
      new MasterKeyRotation(this, random).settle();
      if (Files.exists(file)) {
        return MasterKey.read(file, random);
      }
      if (Files.exists(database()) && Files.size(database()) > 0) {
        throw new StartFailure(
            file + " is missing; without it the secrets in the database cannot be read");
      }
      return MasterKey.create(file, random);
    } catch (IllegalArgumentException malformed) {
      throw new StartFailure(MASTER_KEY_VARIABLE + ": " + malformed.getMessage(), malformed);
    } catch (StoreException refused) {
      throw new StartFailure(String.valueOf(refused.getMessage()), refused);
    } catch (IOException failure) {
      throw new StartFailure("cannot use " + file + ": " + reason(failure), failure);
    }
  }

  /** A directory of mode 0700 in this one, made where it is absent. */
  Path directory(String name) {
    Path directory = path.resolve(name);
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      return directory;
    } catch (IOException failure) {
      throw new StartFailure("cannot make " + directory + ": " + reason(failure), failure);
    }
  }

  /** The JDK's messages of file errors are often nothing but the path. */
  static String reason(IOException failure) {
    return switch (failure) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException absent -> "no such file";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(failure.getMessage());
    };
  }

  /** Lets go of the directory. Idempotent. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
