package dev.postern.client.plugin;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.ApiChoices;
import dev.postern.client.forward.LocalWish;
import dev.postern.client.session.ClientSession;
import dev.postern.client.session.ClientVersion;
import dev.postern.client.session.Ending;
import dev.postern.client.session.InputFilter;
import dev.postern.client.session.LinkNotices;
import dev.postern.client.session.LocalSide;
import dev.postern.client.session.LoneNewline;
import dev.postern.client.session.SessionDialer;
import dev.postern.client.session.SessionStreams;
import dev.postern.client.session.SessionTicket;
import dev.postern.client.terminal.Terminal;
import dev.postern.wire.SessionId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The program that the AWS CLI starts as {@code session-manager-plugin}: its arguments, texts and
 * exit codes are the official plugin's (spec/data-channel.md 10.3, 11), but for two: a command's
 * exit code becomes ours, and texts go to the error stream where the output is no terminal, so that
 * it carries the session's bytes alone.
 */
public final class PluginMain {
  /** Go's exit code of a crash. */
  private static final int MALFORMED_EXIT_CODE = 2;

  private final Map<String, String> environment;
  private final Terminal terminal = Terminal.ofProcess();
  private final SessionStreams streams;

  private PluginMain(Map<String, String> environment) {
    this.environment = environment;
    this.streams = SessionStreams.ofProcess(terminal.hasOutput());
  }

  /** Ends the process. */
  public static void main(String[] arguments) throws IOException {
    System.exit(run(List.of(arguments), System.getenv()));
  }

  private static int run(List<String> arguments, Map<String, String> environment)
      throws IOException {
    PluginCommand command = PluginCommand.parse(arguments, environment, ClientVersion.TEXT);
    // No switch: its code would be made at run time, and a start waits for it.
    if (command instanceof PluginCommand.Start start) {
      return new PluginMain(environment).run(start);
    }
    if (command instanceof PluginCommand.Malformed(String reason)) {
      return malformed(reason);
    }
    System.out.print(((PluginCommand.Text) command).text());
    System.out.flush();
    return 0;
  }

  private static int malformed(String reason) {
    System.err.println("session-manager-plugin: " + reason);
    return MALFORMED_EXIT_CODE;
  }

  private int run(PluginCommand.Start start) throws IOException {
    SessionTicket ticket;
    LocalWish wish;
    try {
      ticket = SessionTicket.of(Json.readObject(start.response()));
      wish = wish(start);
    } catch (MalformedJsonException | IllegalArgumentException senseless) {
      return malformed(String.valueOf(senseless.getMessage()));
    }
    SessionId id = ticket.sessionId();
    String greeting = "\nStarting session with SessionId: " + id + "\n";
    if (terminal.hasOutput()) {
      say(greeting);
      greeting = "";
    }
    try {
      ClientSession session = session(start, ticket, wish, greeting);
      Ending ending = session.run();
      return session.isQuiet() ? reportQuietly(id, ending) : report(id, ending);
    } catch (IOException | Fault failure) {
      return failed(failure);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      return failed(end);
    }
  }

  /** What the person wished, of what they gave to StartSession. */
  private static LocalWish wish(PluginCommand.Start start) throws MalformedJsonException {
    String parameters = start.parameters();
    if (parameters == null) {
      return LocalWish.NOTHING;
    }
    Map<String, Object> input = Json.readObject(parameters);
    if (!(input.get("Target") instanceof String)) {
      throw new IllegalArgumentException("the parameters of StartSession have no Target");
    }
    return input.get("Parameters") instanceof Map<?, ?> given
        ? LocalWish.of(given)
        : LocalWish.NOTHING;
  }

  private ClientSession session(
      PluginCommand.Start start, SessionTicket ticket, LocalWish wish, String greeting)
      throws IOException {
    ApiAccess access = ApiAccess.find(choices(start), environment);
    InputFilter filter = terminal.hasInput() ? InputFilter.NONE : new LoneNewline();
    SessionDialer dialer = new SessionDialer(ticket, access, notices());
    return new ClientSession(
        ticket.sessionId(),
        dialer.calls(),
        new LocalSide(terminal, streams, filter, wish, greeting),
        dialer::channel);
  }

  /** The official plugin says nothing; a person in front of a screen that stands still asks. */
  private SessionDialer.Notices notices() {
    return terminal.hasInput() && (terminal.hasOutput() || terminal.hasError())
        ? new LinkNotices("session-manager-plugin", "", streams.texts(), terminal)
        : SessionDialer.Notices.NONE;
  }

  private static ApiChoices choices(PluginCommand.Start start) throws IOException {
    try {
      URI endpoint = start.endpoint().isEmpty() ? null : URI.create(start.endpoint());
      return new ApiChoices(
          endpoint, start.region(), start.profile().isEmpty() ? null : start.profile(), null);
    } catch (IllegalArgumentException notAnUrl) {
      throw new IOException("the endpoint is no URL", notAnUrl);
    }
  }

  /** A program that uses us for its connection, such as ssh, says itself that it has ended. */
  private int reportQuietly(SessionId id, Ending ending) throws IOException {
    return switch (ending) {
      case Ending.Closed(String output, var _) when output.isEmpty() -> 0;
      case Ending.Left(String _, int exitCode) -> exitCode;
      case Ending.Closed _, Ending.TimedOut _, Ending.Lost _, Ending.Refused _ ->
          report(id, ending);
    };
  }

  private int report(SessionId id, Ending ending) throws IOException {
    return switch (ending) {
      case Ending.Closed(String output, Integer exitCode) -> {
        say(
            output.isEmpty()
                ? "\n\nExiting session with sessionId: " + id + ".\n\n"
                : "\n\nSessionId: " + id + " : " + output + "\n\n");
        yield exitCode == null ? 0 : exitCode;
      }
      case Ending.TimedOut() -> {
        say("Session: " + id + " timed out.\n");
        yield 0;
      }
      case Ending.Lost(IOException cause) -> failed(cause);
      case Ending.Refused(String reason) -> failed(new IOException(reason));
      case Ending.Left(String reason, int exitCode) -> {
        say(reason + ", exiting.\n\n\nExiting session with sessionId: " + id + ".\n\n");
        yield exitCode;
      }
    };
  }

  private int failed(Throwable cause) throws IOException {
    say("Cannot perform start session: " + cause.getMessage() + "\n");
    return 0;
  }

  private void say(String text) throws IOException {
    OutputStream texts = streams.texts();
    texts.write(text.getBytes(StandardCharsets.UTF_8));
    texts.flush();
  }
}
