package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.login.CachedLogin;
import dev.postern.client.login.LoginCache;
import dev.postern.client.login.Renewal;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern credentials}: what a {@code credential_process} prints, and nothing else. */
@Command(
    name = "credentials",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the credentials of a postern login for the AWS CLI and SDKs:",
      "credential_process = postern credentials --profile NAME"
    })
final class CredentialsCommand implements Callable<Integer> {
  @Mixin private LoginName name = new LoginName();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Map<String, String> environment = System.getenv();
    Renewal renewal =
        new Renewal(
            LoginCache.of(environment),
            InstantSource.system(),
            terms -> ApiAccess.unsigned(terms.caBundle(), environment));
    CachedLogin login = renewal.current(name.get(), this::warn);
    PrintWriter out = spec.commandLine().getOut();
    out.println(login.toCredentialProcess());
    out.flush();
    return 0;
  }

  private void warn(String text) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("postern: " + Text.line(text));
    err.flush();
  }
}
