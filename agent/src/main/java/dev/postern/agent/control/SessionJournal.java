package dev.postern.agent.control;

import dev.postern.agent.registration.AgentDirectory;
import dev.postern.wire.SessionId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which sessions live, on disk: an agent that was killed leaves their processes behind and nobody
 * to report them, and the next one must know. A file for each, named by the session, with the mark
 * of its processes. Safe for use by many threads.
 *
 * <p>Not forced to the disk: what a crash of the whole machine loses has ended with it.
 */
final class SessionJournal {
  private static final Logger LOG = System.getLogger(SessionJournal.class.getName());
  private static final String FOLDER = "sessions";

  private final Path folder;
  private final Map<SessionId, String> leftBehind = new LinkedHashMap<>();

  /** Reads what an earlier run left. */
  SessionJournal(AgentDirectory directory) throws IOException {
    folder = Files.createDirectories(directory.resolve(FOLDER));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (SessionId.isValid(name)) {
          leftBehind.put(new SessionId(name), Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
    }
  }

  /** The marks of the sessions that an earlier run did not end. */
  Map<SessionId, String> leftBehind() {
    return Map.copyOf(leftBehind);
  }

  void began(SessionId session, String mark) {
    try {
      Files.writeString(folder.resolve(session.value()), mark, StandardCharsets.US_ASCII);
    } catch (IOException failed) {
      // A full disk must not keep anybody from a shell.
      LOG.log(Level.WARNING, "session {0} is not noted: {1}", session, failed.getMessage());
    }
  }

  void ended(SessionId session) {
    try {
      boolean _ = Files.deleteIfExists(folder.resolve(session.value()));
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "session {0} stays noted: {1}", session, failed.getMessage());
    }
  }
}
