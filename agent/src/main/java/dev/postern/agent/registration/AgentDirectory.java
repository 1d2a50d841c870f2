package dev.postern.agent.registration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The directory with everything the agent keeps, for nobody else to read (mode 0700, files 0600). A
 * file is replaced whole or not at all, also by a crash. Safe for use by many threads as long as no
 * two write the same file.
 */
public final class AgentDirectory {
  private static final String ROOT_DIRECTORY = "/var/lib/postern-agent";
  private static final String NAME = "postern-agent";
  private static final String LOCK = "lock";
  private static final Set<PosixFilePermission> OWNER_ALL =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;

  private AgentDirectory(Path path) {
    this.path = path;
  }

  /** Where the directory is when nobody says otherwise. */
  public static Path defaultPath(Map<String, String> environment, boolean root) {
    if (root) {
      return Path.of(ROOT_DIRECTORY);
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // The specification of this variable says that relative paths are to be ignored.
    if (state.startsWith("/")) {
      return Path.of(state, NAME);
    }
    return Path.of(environment.getOrDefault("HOME", "/"), ".local", "state", NAME);
  }

  /**
   * Opens the directory and makes it where it is missing.
   *
   * @throws IOException saying in one line what is wrong with it
   */
  public static AgentDirectory open(Path path) throws IOException {
    try {
      if (!Files.isDirectory(path)) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ALL));
      }
      if (!Files.getPosixFilePermissions(path).equals(OWNER_ALL)) {
        Files.setPosixFilePermissions(path, OWNER_ALL);
      }
      if (!Files.isWritable(path)) {
        throw new AccessDeniedException(path.toString());
      }
    } catch (FileSystemException refused) {
      throw new IOException("data directory " + path + ": " + reason(refused), refused);
    }
    return new AgentDirectory(path);
  }

  public Path path() {
    return path;
  }

  public Path resolve(String name) {
    return path.resolve(name);
  }

  public Optional<byte[]> read(String name) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(path.resolve(name)));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (FileSystemException refused) {
      throw new IOException(path.resolve(name) + ": " + reason(refused), refused);
    }
  }

  /** Replaces a file; when this returns, a crash does not bring the old content back. */
  public void write(String name, byte[] content) throws IOException {
    Path file = path.resolve(name);
    Path temporary = path.resolve(name + ".new");
    try {
      Files.deleteIfExists(temporary);
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              FILE_MODE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory();
    } catch (FileSystemException refused) {
      throw new IOException("cannot write " + file + ": " + reason(refused), refused);
    }
  }

  public void delete(String name) throws IOException {
    if (Files.deleteIfExists(path.resolve(name))) {
      syncDirectory();
    }
  }

  /**
   * Keeps other agents off this directory until the lock is released or the process ends.
   *
   * @throws IOException when another one has it
   */
  public FileLock lock() throws IOException {
    Path file = path.resolve(LOCK);
    try {
      Files.createFile(file, FILE_MODE);
    } catch (FileAlreadyExistsException usual) {
      // Left by an earlier run; only the lock on it counts.
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException ownProcess) {
      // The same answer as for another process.
    }
    channel.close();
    throw new IOException("another agent is running with the data directory " + path);
  }

  private void syncDirectory() throws IOException {
    try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static String reason(FileSystemException refused) {
    return switch (refused) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or directory";
      case FileAlreadyExistsException _ -> "it exists and is no directory";
      default -> String.valueOf(refused.getReason());
    };
  }
}
