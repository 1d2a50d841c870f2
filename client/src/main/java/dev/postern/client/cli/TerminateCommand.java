package dev.postern.client.cli;

import dev.postern.wire.SessionId;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code postern terminate}: ends a session from elsewhere. */
@Command(name = "terminate", mixinStandardHelpOptions = true, description = "Ends a session.")
final class TerminateCommand implements Callable<Integer> {
  @Mixin private ApiOptions api = new ApiOptions();

  @Parameters(paramLabel = "SESSION-ID", description = "As postern sessions lists it.")
  private String sessionId = "";

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (!SessionId.isValid(sessionId)) {
      throw new ParameterException(spec.commandLine(), "not a session id");
    }
    api.find().ssm().terminate(new SessionId(sessionId));
    return 0;
  }
}
