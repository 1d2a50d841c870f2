package dev.postern.client.cli;

import dev.postern.aws.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern explain}: why a call was refused, for those who may know. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Explains why a call was refused by policy.")
final class ExplainCommand implements Callable<Integer> {
  @Mixin private ApiOptions api = new ApiOptions();

  @Parameters(
      paramLabel = "REQUEST-ID",
      description = "Of the refused call: x-amzn-RequestId, or requestID in the audit event.")
  private String requestId = "";

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Map<String, Object> answer = api.find().postern().explain(requestId);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.writeString(answer));
      out.flush();
    } else {
      Text.fields(out, fields(answer));
    }
    return 0;
  }

  private static List<List<String>> fields(Map<String, Object> answer) {
    List<List<String>> fields = new ArrayList<>();
    add(fields, "Principal", answer.get("Principal"));
    add(fields, "Action", answer.get("Action"));
    add(fields, "Resource", answer.get("Resource"));
    add(fields, "Time", answer.get("Time"));
    add(fields, "Decision", answer.get("Decision") + " (" + answer.get("Layer") + ")");
    statement(fields, "Denied by", answer.get("DecidingStatement"));
    statement(fields, "Nearest", answer.get("NearestStatement"));
    if (answer.get("ContextKeys") instanceof Map<?, ?> keys) {
      keys.forEach((name, values) -> add(fields, "Context key", name + " = " + joined(values)));
    }
    return fields;
  }

  private static void statement(
      List<List<String>> fields, String title, @Nullable Object statement) {
    if (!(statement instanceof Map<?, ?> members)) {
      return;
    }
    Object sid = members.get("Sid");
    add(
        fields,
        title,
        members.get("Policy")
            + ", "
            + (sid == null ? "" : "statement " + sid + ", ")
            + members.get("Position"));
    add(fields, "Statement", members.get("Statement"));
    if (members.get("Mismatches") instanceof List<?> mismatches) {
      mismatches.forEach(mismatch -> add(fields, "But", mismatch));
    }
  }

  private static String joined(@Nullable Object values) {
    return values instanceof List<?> list
        ? String.join(", ", list.stream().map(String::valueOf).toList())
        : String.valueOf(values);
  }

  private static void add(List<List<String>> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.add(List.of(name, value.toString()));
    }
  }
}
