package dev.postern.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postern ssh}: OpenSSH's own client, with a session to the node as its connection. */
@Command(
    name = "ssh",
    mixinStandardHelpOptions = true,
    description = {
      "Runs ssh to a node through a session: no open port is needed, the account's key is.",
      "TARGET may be USER@NODE; everything behind it is given to ssh."
    })
final class SshCommand implements Callable<Integer> {
  @Mixin private ApiOptions api = new ApiOptions();

  @Parameters(index = "0", paramLabel = "TARGET", description = "The node's id.")
  private String target = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ssh args",
      hideParamSyntax = true,
      description = "Options of ssh, and a command.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("ssh", "-o", "ProxyCommand=" + proxyCommand(), target));
    command.addAll(arguments);
    Process ssh = new ProcessBuilder(command).inheritIO().start();
    return ssh.waitFor();
  }

  /** The shell reads it, after ssh has put in the node and the port. */
  private String proxyCommand() throws IOException {
    List<String> words = new ArrayList<>(List.of(launcher().toString(), "forward", "--stdio"));
    words.addAll(api.words());
    return PosixWords.join(words).replace("%", "%%") + " -- %h %p";
  }

  private static Path launcher() throws IOException {
    String home = System.getProperty("postern.home");
    Path launcher = Path.of(home == null ? "" : home, "postern");
    if (home == null || !Files.isExecutable(launcher)) {
      throw new IOException("postern does not know where its launcher is; start it by that");
    }
    return launcher;
  }
}
