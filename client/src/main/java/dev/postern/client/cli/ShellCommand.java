package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.session.SessionTicket;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code postern shell}: a shell on a node, with escapes and a word when the connection is lost.
 */
@Command(
    name = "shell",
    mixinStandardHelpOptions = true,
    description = "Opens a shell on a node. Enter ~ ? shows the escapes.")
final class ShellCommand implements Callable<Integer> {
  @Mixin private ApiOptions api = new ApiOptions();

  @Option(
      names = "--document-name",
      paramLabel = "NAME",
      description = "Session document instead of the default one.")
  private @Nullable String documentName;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private @Nullable String reason;

  @Parameters(paramLabel = "TARGET", description = "The node's id.")
  private String target = "";

  @Override
  public Integer call() throws IOException, InterruptedException {
    ApiAccess access = api.find();
    SessionTicket ticket = access.ssm().startSession(target, documentName, reason, Map.of());
    return PersonSession.shell(access, ticket);
  }
}
