package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.forward.LocalWish;
import dev.postern.client.session.ClientSession;
import dev.postern.client.session.Ending;
import dev.postern.client.session.EscapeFilter;
import dev.postern.client.session.InputFilter;
import dev.postern.client.session.LinkNotices;
import dev.postern.client.session.LocalSide;
import dev.postern.client.session.LoneNewline;
import dev.postern.client.session.SessionDialer;
import dev.postern.client.session.SessionStreams;
import dev.postern.client.session.SessionTicket;
import dev.postern.client.terminal.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs a session that a command of {@code postern} started, on the standard streams of this
 * process.
 */
final class PersonSession {
  private PersonSession() {}

  /** A shell. Zero when the shell ended by itself. */
  static int shell(ApiAccess access, SessionTicket ticket)
      throws IOException, InterruptedException {
    Terminal terminal = Terminal.ofProcess();
    SessionStreams streams = SessionStreams.ofProcess(false);
    InputFilter filter = terminal.hasInput() ? new EscapeFilter() : new LoneNewline();
    SessionDialer dialer = new SessionDialer(ticket, access, notices(terminal, streams));
    if (terminal.hasInput()) {
      say(
          streams.texts(),
          "Session " + ticket.sessionId() + " (Enter ~ . leaves, Enter ~ ? helps)\n");
    }
    Ending ending =
        run(ticket, dialer, new LocalSide(terminal, streams, filter, LocalWish.NOTHING, ""));
    if (ending instanceof Ending.Closed(String output, Integer _) && output.isEmpty()) {
      return 0;
    }
    return exitCode(ending);
  }

  private static SessionDialer.Notices notices(Terminal terminal, SessionStreams streams) {
    return terminal.hasInput() && terminal.hasError()
        ? new LinkNotices("postern", " (Enter ~ . leaves)", streams.texts(), terminal)
        : SessionDialer.Notices.NONE;
  }

  /** A command. Its exit code. */
  static int command(ApiAccess access, SessionTicket ticket)
      throws IOException, InterruptedException {
    SessionStreams streams = SessionStreams.ofProcess(false);
    SessionDialer dialer = new SessionDialer(ticket, access, SessionDialer.Notices.NONE);
    return exitCode(run(ticket, dialer, connections(streams, LocalWish.NOTHING)));
  }

  /** Connections: of what listens here, or one on the standard streams. Ends when interrupted. */
  static int port(ApiAccess access, SessionTicket ticket, LocalWish wish)
      throws IOException, InterruptedException {
    return port(access, ticket, wish, SessionStreams.ofProcess(false));
  }

  /** The same, with other streams than this process's. */
  static int port(ApiAccess access, SessionTicket ticket, LocalWish wish, SessionStreams streams)
      throws IOException, InterruptedException {
    // A tunnel must not go dead silently, be it at a terminal or in a service's log.
    LinkNotices notices = new LinkNotices("postern", "", streams.texts(), Terminal.ofProcess());
    SessionDialer dialer = new SessionDialer(ticket, access, notices);
    Ending ending = run(ticket, dialer, connections(streams, wish));
    if (ending instanceof Ending.Closed(String output, Integer _) && output.isEmpty()) {
      return 0;
    }
    return exitCode(ending);
  }

  private static LocalSide connections(SessionStreams streams, LocalWish wish) {
    return new LocalSide(Terminal.ofProcess(), streams, InputFilter.NONE, wish, "");
  }

  private static Ending run(SessionTicket ticket, SessionDialer dialer, LocalSide local)
      throws IOException, InterruptedException {
    return new ClientSession(ticket.sessionId(), dialer.calls(), local, dialer::channel).run();
  }

  /**
   * Anything but a told exit code or the person's own leaving is reported by whoever reports
   * failures.
   */
  private static int exitCode(Ending ending) throws IOException {
    return switch (ending) {
      case Ending.Closed(String _, Integer code) when code != null -> code;
      case Ending.Closed(String output, Integer _) ->
          throw new IOException(
              output.isBlank()
                  ? "the session was ended from elsewhere"
                  : "the session ended: " + output.strip());
      case Ending.TimedOut() ->
          throw new IOException("the session timed out while the connection was lost");
      case Ending.Lost(IOException cause) -> throw cause;
      case Ending.Refused(String reason) -> throw new IOException(reason);
      case Ending.Left(String _, int code) -> code;
    };
  }

  private static void say(OutputStream texts, String text) throws IOException {
    texts.write(text.getBytes(StandardCharsets.UTF_8));
    texts.flush();
  }
}
