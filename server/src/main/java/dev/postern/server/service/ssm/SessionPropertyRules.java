package dev.postern.server.service.ssm;

import dev.postern.wire.control.PortProperties;
import dev.postern.wire.handshake.SessionType;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What the properties of a session document may be, by its session type (spec/aws-api.md 2.4). */
final class SessionPropertyRules {
  private static final List<String> PLATFORMS = List.of("linux", "macos", "windows");
  private static final Set<String> COMMAND_MEMBERS = Set.of("commands", "runAsElevated");
  private static final Set<String> OUTPUT_MEMBERS =
      Set.of(
          "commands",
          "runAsElevated",
          "separateOutputStream",
          "stdOutSeparatorPrefix",
          "stdErrSeparatorPrefix");
  private static final Set<String> PORT_MEMBERS =
      Set.of(
          "portNumber",
          "type",
          "localPortNumber",
          "localConnectionType",
          "localUnixSocket",
          "localIpAddress",
          "host",
          "remoteUnixSocket");
  private static final int PORT_MAX = 65535;
  private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

  /** As agents demand it. */
  private static final Pattern PREFIX = Pattern.compile("[0-9a-zA-Z\r\n_:-]{0,30}");

  private SessionPropertyRules() {}

  static void check(ContentObject content, String sessionType) {
    switch (sessionType) {
      case SessionType.STANDARD_STREAM -> {
        if (content.has("properties")) {
          content.fail("properties", "sessions of type Standard_Stream have no properties");
        }
      }
      case SessionType.PORT -> {
        content.require("properties");
        content.object("properties").ifPresent(SessionPropertyRules::port);
      }
      default -> {
        content.require("properties");
        boolean interactive = sessionType.equals(SessionType.INTERACTIVE_COMMANDS);
        content
            .object("properties")
            .ifPresent(
                properties -> commands(properties, interactive ? COMMAND_MEMBERS : OUTPUT_MEMBERS));
      }
    }
  }

  private static void commands(ContentObject properties, Set<String> members) {
    properties.allow(Set.copyOf(PLATFORMS));
    if (PLATFORMS.stream().noneMatch(properties::has)) {
      properties
          .findings()
          .add(
              properties.node(),
              "object has none of the properties " + ContentFindings.quoted(PLATFORMS));
    }
    for (String platform : PLATFORMS) {
      properties.object(platform).ifPresent(commands -> platform(commands, members));
    }
  }

  private static void platform(ContentObject commands, Set<String> members) {
    commands.allow(members);
    commands.require("commands");
    commands
        .text("commands")
        .filter(String::isBlank)
        .ifPresent(blank -> commands.fail("commands", "no command"));
    commands.flag("runAsElevated");
    if (members.equals(OUTPUT_MEMBERS)) {
      commands.flag("separateOutputStream");
      prefix(commands, "stdOutSeparatorPrefix");
      prefix(commands, "stdErrSeparatorPrefix");
    }
  }

  private static void prefix(ContentObject commands, String name) {
    commands
        .text(name)
        .filter(text -> !DocumentPlaceholders.isIn(text) && !PREFIX.matcher(text).matches())
        .ifPresent(text ->
            commands.fail(
                name,
                "a prefix has at most 30 letters, digits, line breaks, and the characters _ : -"));
  }

  private static void port(ContentObject properties) {
    properties.allow(PORT_MEMBERS);
    if (!properties.has("remoteUnixSocket")) {
      properties.require("portNumber");
    }
    number(properties, "portNumber", 1);
    number(properties, "localPortNumber", 0);
    properties.oneOf("type", List.of(PortProperties.LOCAL_PORT_FORWARDING));
    if (!(properties.members().get("localConnectionType") instanceof String text
        && DocumentPlaceholders.isIn(text))) {
      properties.oneOf("localConnectionType", List.of("tcp", "unix"));
    }
    properties.text("host");
    properties.text("localUnixSocket");
    properties.text("localIpAddress");
    properties.text("remoteUnixSocket");
  }

  private static void number(ContentObject properties, String name, int min) {
    properties
        .text(name)
        .filter(text -> !DocumentPlaceholders.isIn(text) && !isPort(text, min))
        .filter(text -> min > 0 || !text.isEmpty())
        .ifPresent(text ->
            properties.fail(
                name,
                ContentFindings.quoted(text)
                    + " is no port number from "
                    + min
                    + " to "
                    + PORT_MAX));
  }

  private static boolean isPort(String text, int min) {
    if (!PORT.matcher(text).matches()) {
      return false;
    }
    int port = Integer.parseInt(text);
    return port >= min && port <= PORT_MAX;
  }
}
