package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.session.SessionTicket;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern exec}: one command on a node, its streams apart and its exit code ours. */
@Command(
    name = "exec",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a command on a node, without a shell: each ARG arrives as it is.",
      "Its standard input is empty: what is piped into this program is not passed on."
    })
final class ExecCommand implements Callable<Integer> {
  @Mixin private ApiOptions api = new ApiOptions();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private @Nullable String reason;

  @Parameters(index = "0", paramLabel = "TARGET", description = "The node's id.")
  private String target = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "-- CMD ARG...",
      hideParamSyntax = true,
      description = "What to run.")
  private List<String> command = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    ApiAccess access = api.find();
    return run(access, target, reason, command);
  }

  static int run(ApiAccess access, String target, @Nullable String reason, List<String> command)
      throws IOException, InterruptedException {
    SessionTicket ticket =
        access
            .ssm()
            .startSession(
                target,
                "AWS-StartNonInteractiveCommand",
                reason,
                java.util.Map.of("command", List.of(PosixWords.join(command))));
    return PersonSession.command(access, ticket);
  }
}
