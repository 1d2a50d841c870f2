package dev.postern.agent.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The environment of a session, made from the account alone: whatever the agent was started with
 * (credentials, proxies, certificates) stays with the agent, except the locale and the time zone.
 */
final class SessionEnvironment {
  private static final String PATH_ROOT =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String PATH_USER =
      "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
  private static final List<String> FROM_AGENT = List.of("LANG", "TZ");

  private SessionEnvironment() {}

  static Map<String, String> of(Account account, Map<String, String> agentEnvironment) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("HOME", account.home().isEmpty() ? "/" : account.home());
    variables.put("USER", account.name());
    variables.put("LOGNAME", account.name());
    variables.put("SHELL", Shells.of(account));
    variables.put("PATH", account.isRoot() ? PATH_ROOT : PATH_USER);
    variables.put("TERM", "xterm-256color");
    variables.put("LANG", "C.UTF-8");
    for (String name : FROM_AGENT) {
      String value = agentEnvironment.get(name);
      if (value != null && !value.isEmpty()) {
        variables.put(name, value);
      }
    }
    return variables;
  }
}
