package dev.postern.client.session;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How a session ended, as the program that ran it reports it. */
public sealed interface Ending {
  /**
   * The server closed the channel, or the command ended and told its exit code.
   *
   * @param output text for the person; empty for a normal end
   * @param exitCode of the command; null where none was told
   */
  record Closed(String output, @Nullable Integer exitCode) implements Ending {}

  /** The connection was lost for too long: the server has ended the session. */
  record TimedOut() implements Ending {}

  /** The connection could not be opened, or not opened again. */
  record Lost(IOException cause) implements Ending {}

  /** The session asks for something that this client cannot do. */
  record Refused(String reason) implements Ending {}

  /**
   * The person's side left while the session was running; it has been terminated.
   *
   * @param exitCode of the program that left
   */
  record Left(String reason, int exitCode) implements Ending {}
}
