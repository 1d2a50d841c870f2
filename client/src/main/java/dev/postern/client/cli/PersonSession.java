package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.session.ClientSession;
import dev.postern.client.session.Ending;
import dev.postern.client.session.EscapeFilter;
import dev.postern.client.session.InputFilter;
import dev.postern.client.session.LoneNewline;
import dev.postern.client.session.SessionDialer;
import dev.postern.client.session.SessionStreams;
import dev.postern.client.session.SessionTicket;
import dev.postern.client.terminal.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
    SessionDialer dialer =
        new SessionDialer(ticket, access, new LinkNotices(streams.texts(), terminal));
    if (terminal.hasInput()) {
      say(
          streams.texts(),
          "Session " + ticket.sessionId() + " (Enter ~ . leaves, Enter ~ ? helps)\n");
    }
    Ending ending = run(ticket, dialer, terminal, streams, filter);
    if (ending instanceof Ending.Closed(String output, Integer _) && output.isEmpty()) {
      return 0;
    }
    return exitCode(ending);
  }

  /** A command. Its exit code. */
  static int command(ApiAccess access, SessionTicket ticket)
      throws IOException, InterruptedException {
    SessionStreams streams = SessionStreams.ofProcess(false);
    SessionDialer dialer = new SessionDialer(ticket, access, SessionDialer.Notices.NONE);
    return exitCode(run(ticket, dialer, Terminal.ofProcess(), streams, InputFilter.NONE));
  }

  private static Ending run(
      SessionTicket ticket,
      SessionDialer dialer,
      Terminal terminal,
      SessionStreams streams,
      InputFilter filter)
      throws IOException, InterruptedException {
    return new ClientSession(
            ticket.sessionId(), dialer.calls(), terminal, streams, filter, dialer::channel)
        .run();
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

  /** Tells a person about the connection, on a raw screen. Used by the data channel's reader. */
  private static final class LinkNotices implements SessionDialer.Notices {
    private final OutputStream texts;
    private final Terminal terminal;
    private boolean lost;

    LinkNotices(OutputStream texts, Terminal terminal) {
      this.texts = texts;
      this.terminal = terminal;
    }

    @Override
    public void onDialAgain() {
      if (!lost) {
        lost = true;
        notice("connection lost, trying again");
      }
    }

    @Override
    public void onConnectedAgain() {
      lost = false;
      notice("connected again");
    }

    private void notice(String text) {
      String end = terminal.isRaw() ? "\r\n" : "\n";
      try {
        say(texts, end + "[postern: " + text + "]" + end);
      } catch (IOException gone) {
        throw new UncheckedIOException("texts cannot be shown", gone);
      }
    }
  }
}
