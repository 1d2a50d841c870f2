package dev.postern.client.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern sessions}: the sessions that run, or those that ran. */
@Command(name = "sessions", mixinStandardHelpOptions = true, description = "Lists sessions.")
final class SessionsCommand implements Callable<Integer> {
  /** The API's words. */
  enum State {
    Active,
    History
  }

  @Mixin private ApiOptions api = new ApiOptions();

  @Option(names = "--state", description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private State state = State.Active;

  @Option(names = "--owner", paramLabel = "ARN", description = "Only sessions of this user.")
  private @Nullable String owner;

  @Option(names = "--target", paramLabel = "NODE", description = "Only sessions on this node.")
  private @Nullable String target;

  @Option(names = "--json", description = "Print a JSON list.")
  private boolean json;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Map<String, String> filters = new LinkedHashMap<>();
    if (owner != null) {
      filters.put("Owner", owner);
    }
    if (target != null) {
      filters.put("Target", target);
    }
    List<Map<String, Object>> sessions = api.find().ssm().sessions(state.name(), filters);
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("SESSION", "SessionId");
    columns.put("TARGET", "Target");
    columns.put("STATUS", "Status");
    columns.put("OWNER", "Owner");
    columns.put("START", "StartDate");
    columns.put("END", "EndDate");
    columns.put("REASON", "Reason");
    Listing.print(spec.commandLine().getOut(), json, sessions, columns);
    return 0;
  }
}
