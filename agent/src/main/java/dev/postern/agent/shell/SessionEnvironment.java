package dev.postern.agent.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The environment of a session, made from the account and the machine's settings for logins, as
 * {@code su -l} makes it: whatever the agent was started with (credentials, proxies, certificates)
 * stays with the agent, except the locale and the time zone.
 */
final class SessionEnvironment {
  private static final List<String> FROM_AGENT = List.of("LANG", "TZ");

  /** These follow from the account and from the client, whatever a file says for everybody. */
  private static final Set<String> NOT_FROM_FILES =
      Set.of("HOME", "USER", "LOGNAME", "SHELL", "TERM", ProcessScope.MARKER);

  private SessionEnvironment() {}

  static Map<String, String> of(
      Account account, Map<String, String> agentEnvironment, LoginSettings settings) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("HOME", account.home().isEmpty() ? "/" : account.home());
    variables.put("USER", account.name());
    variables.put("LOGNAME", account.name());
    variables.put("SHELL", Shells.of(account));
    variables.put("PATH", account.isRoot() ? settings.pathOfRoot() : settings.pathOfOthers());
    variables.put("TERM", "xterm-256color");
    if (!settings.mailDirectory().isEmpty()) {
      variables.put("MAIL", settings.mailDirectory() + "/" + account.name());
    }
    variables.put("LANG", "C.UTF-8");
    for (String name : FROM_AGENT) {
      String value = agentEnvironment.get(name);
      if (value != null && !value.isEmpty()) {
        variables.put(name, value);
      }
    }
    settings
        .variables()
        .forEach((name, value) -> {
          if (!NOT_FROM_FILES.contains(name)) {
            variables.put(name, value);
          }
        });
    return variables;
  }
}
