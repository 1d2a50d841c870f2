package dev.postern.agent.control;

import dev.postern.agent.shell.CommandWords;
import dev.postern.agent.shell.MalformedCommandException;
import dev.postern.agent.shell.RunAs;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.CommandProperties;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.PortProperties;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.control.SessionInputs;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a task asks this node to do, checked and filled in. Immutable. */
sealed interface SessionPlan {
  /** Something that runs in an account. */
  sealed interface Program extends SessionPlan {
    /** As whom it is to be done. */
    RunAs.Wish runAs();
  }

  /**
   * The account's login shell.
   *
   * @param profile typed into it first; may be empty
   */
  record LoginShell(RunAs.Wish runAs, String profile) implements Program {}

  /** A command line on a terminal. */
  record InteractiveCommands(RunAs.Wish runAs, String commands) implements Program {}

  /**
   * A command without a terminal.
   *
   * @param separate whether error output and exit status are told apart
   * @param outputPrefix put before lines of output, when separate
   * @param errorPrefix put before lines of error output, when separate
   */
  record NonInteractiveCommands(
      RunAs.Wish runAs,
      List<String> argv,
      boolean separate,
      String outputPrefix,
      String errorPrefix)
      implements Program {}

  /**
   * Connections from this node.
   *
   * @param properties as the client is to have them in the handshake
   * @param port the same, read
   */
  record Port(JsonObject properties, PortProperties port) implements SessionPlan {}

  /** The form that prefixes must have. */
  Pattern PREFIX = Pattern.compile("[0-9a-zA-Z\r\n_:-]{0,30}");

  /**
   * Reads a task.
   *
   * @throws SessionRefusedException when this node cannot do it exactly as asked
   */
  static SessionPlan of(AgentTask task) throws SessionRefusedException {
    SessionContent content = task.content();
    DocumentContent document = content.documentContent();
    try {
      if (!document.schemaVersion().equals(DocumentContent.SCHEMA_VERSION)) {
        throw new SessionRefusedException(
            "session document with unsupported schema version " + document.schemaVersion());
      }
      Placeholders placeholders = Placeholders.of(document.parameters(), content.parameters());
      SessionInputs inputs = SessionInputs.parse(placeholders.fill(document.inputs()));
      if (!document.sessionType().equals(SessionType.PORT)) {
        // What a tunnel carries is neither encrypted nor logged by anyone (spec/data-channel.md
        // 6.1).
        refuseUnlogged(inputs);
      }
      JsonObject properties =
          document.properties() == null
              ? new JsonObject(Map.of())
              : placeholders.fill(document.properties());
      return switch (document.sessionType()) {
        case SessionType.STANDARD_STREAM ->
            new LoginShell(wish(content, inputs, false), inputs.shellProfile().linux());
        case SessionType.INTERACTIVE_COMMANDS -> interactive(content, inputs, properties);
        case SessionType.NON_INTERACTIVE_COMMANDS -> nonInteractive(content, inputs, properties);
        case SessionType.PORT -> new Port(properties, PortProperties.parse(properties));
        default ->
            throw new SessionRefusedException(
                "this agent does not support sessions of type " + document.sessionType());
      };
    } catch (MalformedMessageException malformed) {
      throw new SessionRefusedException("session document: " + malformed.getMessage());
    }
  }

  /** A session whose record is demanded is not run without one. */
  private static void refuseUnlogged(SessionInputs inputs) throws SessionRefusedException {
    if (!inputs.kmsKeyId().isEmpty()) {
      throw new SessionRefusedException(
          "the session is to be encrypted with KMS (kmsKeyId), which this agent does not support");
    }
    if (!inputs.s3BucketName().isEmpty()) {
      throw new SessionRefusedException(
          "the session is to be logged to S3 (s3BucketName), which this agent does not support");
    }
    if (!inputs.cloudWatchLogGroupName().isEmpty()) {
      throw new SessionRefusedException(
          "the session is to be logged to CloudWatch Logs (cloudWatchLogGroupName), which this"
              + " agent does not support");
    }
  }

  private static SessionPlan interactive(
      SessionContent content, SessionInputs inputs, JsonObject properties)
      throws MalformedMessageException, SessionRefusedException {
    CommandProperties linux = commands(properties);
    return new InteractiveCommands(wish(content, inputs, linux.runAsElevated()), linux.commands());
  }

  private static SessionPlan nonInteractive(
      SessionContent content, SessionInputs inputs, JsonObject properties)
      throws MalformedMessageException, SessionRefusedException {
    CommandProperties linux = commands(properties);
    List<String> argv;
    try {
      argv = CommandWords.split(linux.commands());
    } catch (MalformedCommandException malformed) {
      throw new SessionRefusedException(String.valueOf(malformed.getMessage()));
    }
    if (argv.isEmpty()) {
      throw new SessionRefusedException("the command is empty");
    }
    if (!PREFIX.matcher(linux.stdOutSeparatorPrefix()).matches()
        || !PREFIX.matcher(linux.stdErrSeparatorPrefix()).matches()) {
      throw new SessionRefusedException("a separator prefix has characters that it may not have");
    }
    return new NonInteractiveCommands(
        wish(content, inputs, linux.runAsElevated()),
        argv,
        linux.separateOutputStream(),
        linux.stdOutSeparatorPrefix(),
        linux.stdErrSeparatorPrefix());
  }

  private static CommandProperties commands(JsonObject properties)
      throws MalformedMessageException, SessionRefusedException {
    CommandProperties linux = CommandProperties.parse(properties, NodeProfile.PLATFORM);
    if (linux.commands().isBlank()) {
      throw new SessionRefusedException("the document has no commands for Linux");
    }
    if (linux.commands().indexOf('\0') >= 0) {
      throw new SessionRefusedException("the command holds a NUL character");
    }
    return linux;
  }

  private static RunAs.Wish wish(SessionContent content, SessionInputs inputs, boolean elevated) {
    return new RunAs.Wish(
        elevated, inputs.runAsEnabled(), content.runAsUser(), inputs.runAsDefaultUser());
  }
}
