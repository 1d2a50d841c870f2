package dev.postern.agent;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The agent's command line: {@code register} once, then {@code run}. */
@Command(
    name = "postern agent",
    description = "Enrols this machine as a managed node and runs its agent.",
    mixinStandardHelpOptions = true,
    versionProvider = AgentMain.Version.class,
    subcommands = {RegisterCommand.class, RunCommand.class, OfficialConfigCommand.class})
public final class AgentMain {
  private AgentMain() {}

  /** Runs a command; exit status 0 for success, 2 for wrong usage, 1 for anything else. */
  public static void main(String[] arguments) {
    LogLine.install();
    System.exit(execute(arguments));
  }

  static int execute(String... arguments) {
    CommandLine commandLine = new CommandLine(new AgentMain());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(FailureLine::report);
    return commandLine.execute(arguments);
  }

  /** What {@code --version} prints. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {dev.postern.agent.control.NodeProfile.AGENT_VERSION};
    }
  }
}
