package dev.postern.client.login;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The logins of this person on this machine: one file a profile, mode 0600, in a folder with mode
 * 0700. Several processes may use it at once.
 */
public final class LoginCache {
  private static final Pattern PROFILE =
      Pattern.compile("[A-Za-z0-9_+=,@][A-Za-z0-9_+=,.@-]{0,63}");
  private static final String SUFFIX = ".json";
  private static final String LOCK = ".lock";
  private static final long FILE_BYTES_MAX = 256 * 1024;

  /** A renewal is three calls, each bounded to less than a minute. */
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(50);

  private static final Duration LOCK_INTERVAL = Duration.ofMillis(50);

  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final Path folder;

  public LoginCache(Path folder) {
    this.folder = folder;
  }

  /**
   * {@code $XDG_CACHE_HOME/postern}, else {@code ~/.cache/postern}. A relative XDG_CACHE_HOME
   * counts as none (XDG base directory specification).
   */
  public static LoginCache of(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (cache.startsWith("/")) {
      return new LoginCache(Path.of(cache, "postern"));
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return new LoginCache(Path.of(home, ".cache", "postern").toAbsolutePath());
  }

  /**
   * Whether a login may have this name: 1 to 64 of {@code A-Za-z0-9_+=,.@-}, the first neither dot
   * nor hyphen.
   */
  public static boolean isProfileName(String text) {
    return PROFILE.matcher(text).matches();
  }

  private Path file(String profile) {
    if (!isProfileName(profile)) {
      throw new IllegalArgumentException("no name of a login");
    }
    return folder.resolve(profile + SUFFIX);
  }

  /**
   * The login of a profile, null when there is none.
   *
   * @throws IOException when the file cannot be used, or others could have read or written it
   */
  public @Nullable CachedLogin read(String profile) throws IOException {
    Path file = file(profile);
    try {
      if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        throw new IOException(file + " is open to others: its mode must be 0600");
      }
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IOException(file + " cannot be used: it is too large");
      }
      byte[] json = Files.readAllBytes(file);
      try {
        return CachedLogin.fromJson(json);
      } catch (IOException malformed) {
        throw new IOException(file + " cannot be used: " + malformed.getMessage(), malformed);
      }
    } catch (NoSuchFileException _) {
      return null;
    } catch (AccessDeniedException unreadable) {
      throw new IOException(file + " cannot be read: permission denied", unreadable);
    }
  }

  /**
   * Keeps a login in place of the profile's former one, after a renewal of that one which is under
   * way.
   */
  public void write(String profile, CachedLogin login) throws IOException {
    try (Turn turn = awaitTurn()) {
      turn.write(profile, login);
    }
  }

  /** Removes a login, after its renewal if one is under way; false when there was none. */
  public boolean delete(String profile) throws IOException {
    Path file = file(profile);
    if (!Files.exists(file)) {
      return false;
    }
    try (Turn _ = awaitTurn()) {
      return Files.deleteIfExists(file);
    }
  }

  /**
   * Waits until no other process renews or changes a login. A refresh token may be used once only,
   * so two must not try at a time.
   *
   * @throws IOException when another one takes too long
   */
  Turn awaitTurn() throws IOException {
    PrivateFile.createFolders(folder);
    PrivateFile.closeFolder(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PrivateFile.ownerOnly());
    try {
      long deadline = System.nanoTime() + LOCK_PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return new Turn(channel);
        }
        Thread.sleep(LOCK_INTERVAL);
      }
      throw new IOException("another postern has been renewing a login for too long");
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      channel.close();
      throw new IOException("interrupted while another postern renews a login", end);
    } catch (IOException failed) {
      channel.close();
      throw failed;
    }
  }

  /** The right to change logins; closing it gives it back. */
  final class Turn implements AutoCloseable {
    private final FileChannel channel;

    private Turn(FileChannel channel) {
      this.channel = channel;
    }

    void write(String profile, CachedLogin login) throws IOException {
      PrivateFile.replace(file(profile), login.toJson(), PrivateFile.OWNER_ONLY);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
