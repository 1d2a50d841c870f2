package dev.postern.client.cli;

import dev.postern.client.login.LoginCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern logout}: removes what {@code postern login} kept. */
@Command(
    name = "logout",
    mixinStandardHelpOptions = true,
    description = {
      "Removes the credentials that postern login keeps on this machine.",
      "Credentials that a program has read before stay valid until they expire."
    })
final class LogoutCommand implements Callable<Integer> {
  @Mixin private LoginName name = new LoginName();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    String profile = name.get();
    boolean removed = LoginCache.of(System.getenv()).delete(profile);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        removed ? "Logged out of profile " + profile : "Nobody is logged in as profile " + profile);
    out.flush();
    return 0;
  }
}
