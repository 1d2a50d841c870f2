package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.forward.LocalWish;
import dev.postern.client.session.SessionTicket;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern forward}: a local port that leads through a node. */
@Command(
    name = "forward",
    mixinStandardHelpOptions = true,
    description = {
      "Forwards a local port to a port or a Unix socket of a node, or of a host behind it.",
      "Runs until it is interrupted. Local port 0 takes a free one; it is printed."
    })
final class ForwardCommand implements Callable<Integer> {
  @Mixin private ApiOptions api = new ApiOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private @Nullable String reason;

  @Option(
      names = "--stdio",
      description =
          "Carry one connection to that port of the node on the standard streams, for a"
              + " ProxyCommand of ssh.")
  private boolean stdio;

  @Parameters(index = "0", paramLabel = "TARGET", description = "The node's id.")
  private String target = "";

  @Parameters(
      index = "1",
      paramLabel = "[LADDR:]LPORT:[HOST:]PORT",
      description =
          "What to forward, as ssh -L writes it; a path instead of HOST:PORT is a socket of the"
              + " node. With --stdio: the port of the node.")
  private String what = "";

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (stdio) {
      return run("AWS-StartSSHSession", Map.of("portNumber", List.of(what)));
    }
    ForwardSpecification specification;
    try {
      specification = ForwardSpecification.parse(what);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
    }
    return run(specification.documentName(), specification.parameters());
  }

  private int run(String documentName, Map<String, List<String>> parameters)
      throws IOException, InterruptedException {
    ApiAccess access = api.find();
    SessionTicket ticket = access.ssm().startSession(target, documentName, reason, parameters);
    return PersonSession.port(access, ticket, LocalWish.of(parameters));
  }
}
