package dev.postern.client.plugin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the plugin's arguments ask for (spec/data-channel.md 11.1). */
sealed interface PluginCommand {
  /** Fewer arguments than a session has, and none that is known. */
  record Text(String text) implements PluginCommand {}

  /** An invocation that the official plugin answers with a crash. */
  record Malformed(String reason) implements PluginCommand {}

  /**
   * Run a session. The text form hides the response, which holds a token.
   *
   * @param response StartSession's answer as JSON
   * @param profile empty for the default
   * @param parameters StartSession's input as JSON; null from old AWS CLIs
   * @param endpoint of SSM; empty for the configured one
   */
  record Start(
      String response, String region, String profile, @Nullable String parameters, String endpoint)
      implements PluginCommand {
    @Override
    public String toString() {
      return "Start[" + region + ", " + endpoint + "]";
    }
  }

  String RESPONSE_VARIABLE_PREFIX = "AWS_SSM_START_SESSION_RESPONSE";

  String INSTALLED =
      "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n";

  /** An argument list with an operation has at least this many. */
  int ARGUMENTS_MIN = 3;

  /** Reads the arguments; the variable that the first one names is looked up in the environment. */
  static PluginCommand parse(
      List<String> arguments, Map<String, String> environment, String version) {
    if (arguments.isEmpty()) {
      return new Text(INSTALLED);
    }
    if (arguments.size() == 1 && arguments.getFirst().equals("--version")) {
      return new Text(version + "\n");
    }
    if (arguments.size() < ARGUMENTS_MIN) {
      return new Text(
          "\nUnknown operation %s. \nUse session-manager-plugin --version to check the version.\n\n"
              .formatted(arguments.getFirst()));
    }
    if (!arguments.get(2).equals("StartSession")) {
      return new Text("Invalid Operation\n");
    }
    String response = arguments.getFirst();
    if (response.startsWith(RESPONSE_VARIABLE_PREFIX)) {
      String variable = response;
      response = environment.getOrDefault(variable, "");
      if (response.isEmpty()) {
        return new Malformed("the environment variable " + variable + " is not set");
      }
    }
    return new Start(
        response,
        arguments.get(1),
        argument(arguments, 3),
        arguments.size() > 4 ? arguments.get(4) : null,
        argument(arguments, 5));
  }

  private static String argument(List<String> arguments, int index) {
    return index < arguments.size() ? arguments.get(index) : "";
  }
}
