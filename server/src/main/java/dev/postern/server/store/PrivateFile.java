package dev.postern.server.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that only their owner may read. They have their mode from the moment they exist, and are
 * replaced whole: a reader sees the old or the new content, also after a power cut.
 */
public final class PrivateFile {
  private static final Set<PosixFilePermission> READ_WRITE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> EXECUTABLE =
      PosixFilePermissions.fromString("rwx------");

  private PrivateFile() {}

  /** Writes or replaces a file of mode 0600. */
  public static void write(Path file, byte[] content) throws IOException {
    replace(file, content, READ_WRITE);
  }

  /** Writes or replaces a file of mode 0700. */
  public static void writeExecutable(Path file, byte[] content) throws IOException {
    replace(file, content, EXECUTABLE);
  }

  /** Makes an empty file of mode 0600 where there is none. */
  public static void createIfAbsent(Path file) throws IOException {
    try {
      Files.createFile(file, attribute(READ_WRITE));
    } catch (FileAlreadyExistsException present) {
      Files.setPosixFilePermissions(file, READ_WRITE);
    }
  }

  /** Whether somebody besides the owner may read, write or run the file. */
  public static boolean isOpenToOthers(Path file) throws IOException {
    EnumSet<PosixFilePermission> others = EnumSet.allOf(PosixFilePermission.class);
    others.removeAll(EXECUTABLE);
    others.retainAll(Files.getPosixFilePermissions(file));
    return !others.isEmpty();
  }

  private static void replace(Path file, byte[] content, Set<PosixFilePermission> mode)
      throws IOException {
    if (Files.isRegularFile(file)
        && Files.getPosixFilePermissions(file).equals(mode)
        && Arrays.equals(Files.readAllBytes(file), content)) {
      return;
    }
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(fresh, options, attribute(mode))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    rename(fresh, file);
  }

  /** Gives a file another one's name; durable, and at every moment the one or the other. */
  public static void rename(Path fresh, Path file) throws IOException {
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(parent(file), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " is no file");
    }
    return parent;
  }

  private static FileAttribute<Set<PosixFilePermission>> attribute(Set<PosixFilePermission> mode) {
    return PosixFilePermissions.asFileAttribute(mode);
  }
}
