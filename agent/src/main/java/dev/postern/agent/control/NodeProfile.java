package dev.postern.agent.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this machine tells about itself (spec/agent-service.md 2.1). Read anew for every ping, since
 * names and addresses change.
 */
public record NodeProfile(
    String computerName, String ipAddress, String platformName, String platformVersion) {
  /** Four numeric parts and late enough for every feature that clients compare it for. */
  public static final String AGENT_VERSION = "3.3.2000.0";

  static final String PLATFORM = "linux";

  /** The name under which services know agents of this protocol. */
  private static final String AGENT_NAME = "amazon-ssm-agent";

  private static final String PLATFORM_TYPE = "Linux";
  private static final List<Path> RELEASE_FILES =
      List.of(Path.of("/etc/os-release"), Path.of("/usr/lib/os-release"));

  /** This machine as it is now. */
  public static NodeProfile read() {
    Map<String, String> release = release();
    return new NodeProfile(
        hostName(),
        reachableAddress(),
        release.getOrDefault("NAME", PLATFORM_TYPE),
        release.getOrDefault("VERSION_ID", ""));
  }

  /** The members of a first call, which only asks whether calls work. */
  static Map<String, Object> emptyPing(String instanceId) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("AgentName", AGENT_NAME);
    members.put("AgentVersion", AGENT_VERSION);
    members.put("InstanceId", instanceId);
    members.put("PlatformType", PLATFORM_TYPE);
    return members;
  }

  Map<String, Object> fullPing(String instanceId) {
    Map<String, Object> members = emptyPing(instanceId);
    members.put("AgentStatus", "Active");
    members.put("AvailabilityZone", "");
    members.put("AvailabilityZoneId", "");
    members.put("ComputerName", computerName);
    members.put("IPAddress", ipAddress);
    members.put("PlatformName", platformName);
    members.put("PlatformVersion", platformVersion);
    members.put("SSMConnectionChannel", "ssmmessages");
    return members;
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException unknown) {
      return "localhost";
    }
  }

  /** The first address that others could reach; loopback when there is none. */
  private static String reachableAddress() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          .filter(address -> address.indexOf(':') < 0)
          .findFirst()
          .orElse("127.0.0.1");
    } catch (SocketException unknown) {
      return "127.0.0.1";
    }
  }

  private static Map<String, String> release() {
    Map<String, String> values = new LinkedHashMap<>();
    for (Path file : RELEASE_FILES) {
      try {
        for (String line : Files.readAllLines(file)) {
          int equals = line.indexOf('=');
          if (equals > 0) {
            values.put(line.substring(0, equals), unquoted(line.substring(equals + 1).trim()));
          }
        }
        return values;
      } catch (IOException absent) {
        // The next place, or none at all: the name is for people only.
      }
    }
    return values;
  }

  private static String unquoted(String text) {
    boolean quoted =
        text.length() >= 2
            && (text.charAt(0) == '"' || text.charAt(0) == '\'')
            && text.charAt(text.length() - 1) == text.charAt(0);
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
