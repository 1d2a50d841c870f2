package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.Ssm;
import dev.postern.client.terminal.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern try}: everything once, for real, and nothing left afterwards. */
@Command(
    name = "try",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a throw-away server and a node on this machine and opens a shell on it, or runs a command.",
      "Nothing outside a temporary directory is changed, and that is deleted at the end."
    })
final class TryCommand implements Callable<Integer> {
  @Option(
      names = "--rehearse",
      hidden = true,
      description = "Carry bytes through the node first: the training of the AOT caches.")
  private boolean rehearse;

  @Parameters(
      arity = "0..*",
      paramLabel = "[-- CMD ARG...]",
      hideParamSyntax = true,
      description = "What to run instead of a shell.")
  private List<String> command = List.of();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (TryPlace place = TryPlace.create()) {
      if (Terminal.ofProcess().hasError()) {
        spec.commandLine()
            .getErr()
            .println("postern: starting a server and a node in " + place.directory() + " ...");
        spec.commandLine().getErr().flush();
      }
      ApiAccess access = place.startServer();
      Ssm ssm = access.ssm();
      String node = place.startNode(ssm);
      if (rehearse) {
        Rehearsal.run(access, node, place.launcher());
      }
      return command.isEmpty()
          ? PersonSession.shell(access, ssm.startSession(node, null, null, Map.of()))
          : ExecCommand.run(access, node, null, command);
    }
  }
}
