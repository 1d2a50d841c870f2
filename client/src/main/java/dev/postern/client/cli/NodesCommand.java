package dev.postern.client.cli;

import dev.postern.client.api.Ssm;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern nodes}: which machines there are and which of them can be reached now. */
@Command(name = "nodes", mixinStandardHelpOptions = true, description = "Lists the managed nodes.")
final class NodesCommand implements Callable<Integer> {
  private static final String CONNECTION = "ConnectionStatus";

  @Mixin private ApiOptions api = new ApiOptions();

  @Option(names = "--json", description = "Print a JSON list.")
  private boolean json;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Ssm ssm = api.find().ssm();
    List<Map<String, Object>> nodes = ssm.nodes();
    for (Map<String, Object> node : nodes) {
      if (node.get("InstanceId") instanceof String id) {
        node.put(CONNECTION, ssm.isConnected(id) ? "connected" : "notconnected");
      }
    }
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("NODE", "InstanceId");
    columns.put("NAME", "Name");
    columns.put("HOST", "ComputerName");
    columns.put("PING", "PingStatus");
    columns.put("CONNECTION", CONNECTION);
    columns.put("PLATFORM", "PlatformName");
    columns.put("AGENT", "AgentVersion");
    columns.put("LAST PING", "LastPingDateTime");
    Listing.print(spec.commandLine().getOut(), json, nodes, columns);
    return 0;
  }
}
