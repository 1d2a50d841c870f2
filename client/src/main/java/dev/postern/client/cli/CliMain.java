package dev.postern.client.cli;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.FaultResponse;
import java.io.IOException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The {@code postern} command for people. Exit codes: 0 success, 2 wrong usage, 1 anything else
 * with one line on the error stream; {@code exec} and {@code try -- CMD} return the remote
 * command's.
 */
@Command(
    name = "postern",
    mixinStandardHelpOptions = true,
    version = "postern " + CliMain.VERSION,
    description = "Shells and commands on machines without an open port.",
    subcommands = {
      ShellCommand.class,
      ExecCommand.class,
      ForwardCommand.class,
      SshCommand.class,
      NodesCommand.class,
      SessionsCommand.class,
      TerminateCommand.class,
      ExplainCommand.class,
      LoginCommand.class,
      CredentialsCommand.class,
      LogoutCommand.class,
      TryCommand.class
    })
public final class CliMain implements Runnable {
  static final String VERSION = "0.1.0";

  private static final int USAGE_EXIT_CODE = 2;
  private static final int FAILURE_EXIT_CODE = 1;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private CliMain() {}

  /** Ends the process. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine postern = new CommandLine(new CliMain());
    // What follows the node is for ssh, its options too.
    Objects.requireNonNull(postern.getSubcommands().get("ssh")).setStopAtPositional(true);
    return postern
        // A remote command's arguments are its own, also when one begins with @.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((mistake, arguments) -> wrongUsage(mistake))
        .setExecutionExceptionHandler((failure, command, result) -> failed(command, failure));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? See postern --help");
  }

  private static int wrongUsage(ParameterException mistake) {
    CommandLine command = mistake.getCommandLine();
    command
        .getErr()
        .println(
            "postern: "
                + mistake.getMessage()
                + " (see "
                + command.getCommandSpec().qualifiedName()
                + " --help)");
    command.getErr().flush();
    return USAGE_EXIT_CODE;
  }

  private static int failed(CommandLine command, Exception failure) {
    command.getErr().println("postern: " + reason(failure));
    command.getErr().flush();
    return FAILURE_EXIT_CODE;
  }

  /** With the id by which an administrator can have a refusal explained. */
  private static String refusal(Fault fault) {
    String text = fault.message().isEmpty() ? fault.code() : fault.code() + ": " + fault.message();
    String requestId = fault.details().get(FaultResponse.REQUEST_ID);
    return requestId == null || !fault.code().equals("AccessDeniedException")
        ? text
        : text + " (request id " + requestId + ")";
  }

  /** One line; what is unexpected says at least its kind. */
  private static String reason(Exception failure) {
    String text =
        switch (failure) {
          case Fault refusal -> refusal(refusal);
          case java.net.UnknownHostException unknown -> "unknown host " + unknown.getMessage();
          case IOException io -> Objects.requireNonNullElse(io.getMessage(), io.toString());
          default -> failure.toString();
        };
    return Text.line(text);
  }
}
