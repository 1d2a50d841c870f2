package dev.postern.agent;

import dev.postern.aws.json.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What makes the official amazon-ssm-agent use this server (spec/agent-service.md section 7): its
 * configuration file, what its environment must have, and how it is registered. Immutable.
 *
 * @param server how it is found
 * @param authorities PEM certificates that the server's comes from; empty when the machine trusts
 *     it already
 * @param activationId empty when it is to come from the environment
 */
record OfficialConfig(Server server, String region, String authorities, String activationId) {
  static final String CONFIGURATION_FILE = "/etc/amazon/ssm/amazon-ssm-agent.json";
  static final String AUTHORITIES_FILE = "/etc/amazon/ssm/postern-ca.pem";
  static final String DROP_IN_FILE = "/etc/systemd/system/amazon-ssm-agent.service.d/postern.conf";

  /** Where that agent looks for its services. */
  sealed interface Server {
    /**
     * One address for all of them.
     *
     * @param uri with its scheme: a bare HOST:PORT is no address to that agent's message gateway
     */
    record Endpoint(URI uri) implements Server {}

    /**
     * A name for each of them, {@code ssm.REGION.DOMAIN} and so on.
     *
     * @param name perhaps with a port
     */
    record Domain(String name) implements Server {}
  }

  /** The content of the configuration file. */
  String configuration() {
    Map<String, Object> members = new LinkedHashMap<>();
    Map<String, Object> agent = new LinkedHashMap<>();
    agent.put("Region", region);
    switch (server) {
      case Server.Endpoint(URI uri) -> {
        Map<String, Object> endpoint = Map.of("Endpoint", uri.toString());
        Map<String, Object> gateway = new LinkedHashMap<>(endpoint);
        gateway.put("Region", region);
        members.put("Ssm", endpoint);
        members.put("Mgs", gateway);
        members.put("Mds", endpoint);
        // Without these it would turn to AWS.
        members.put("S3", endpoint);
        members.put("Kms", endpoint);
      }
      case Server.Domain(String name) -> agent.put("ServiceDomain", name);
    }
    agent.put("TelemetryMetricsToSSM", false);
    members.put("Agent", agent);
    // A machine in somebody's cloud would ask that cloud's metadata service first.
    members.put("Identity", Map.of("ConsumptionOrder", List.of("OnPrem")));
    return members.entrySet().stream()
        .map(member ->
            "  \"%s\": %s"
                .formatted(
                    member.getKey(),
                    new String(Json.write(asObject(member.getValue())), StandardCharsets.UTF_8)))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  @SuppressWarnings("unchecked") // put in above
  private static Map<String, Object> asObject(Object value) {
    return (Map<String, Object>) value;
  }

  /** A systemd drop-in for that agent's unit; its programs inherit the variable. */
  String environment() {
    return authorities.isEmpty()
        ? "# The server's certificate has to be one that this machine trusts already.\n"
        : "[Service]\nEnvironment=SSL_CERT_FILE=" + AUTHORITIES_FILE + "\n";
  }

  /** The command that registers it, as root; the activation's code comes from the environment. */
  String register() {
    String trust = authorities.isEmpty() ? "" : "SSL_CERT_FILE=" + AUTHORITIES_FILE + " ";
    String id = activationId.isEmpty() ? "\"$ACTIVATION_ID\"" : activationId;
    return trust
        + "amazon-ssm-agent -register -y -code \"$ACTIVATION_CODE\" -id %s -region %s\n"
            .formatted(id, region);
  }

  /** All of it as a script for the machine's root. */
  String script() {
    StringBuilder script = new StringBuilder();
    script
        .append("# Makes the official amazon-ssm-agent of this machine use a Postern server.\n")
        .append("# Run as root: ")
        .append(activationId.isEmpty() ? "ACTIVATION_ID=... " : "")
        .append("ACTIVATION_CODE=... sh THIS-FILE\n")
        .append("set -eu\n")
        .append(": \"${ACTIVATION_CODE:?the code of an activation}\"\n")
        .append(activationId.isEmpty() ? ": \"${ACTIVATION_ID:?the id of an activation}\"\n" : "")
        .append(file(CONFIGURATION_FILE, configuration()));
    if (!authorities.isEmpty()) {
      script
          .append(
              "# SSL_CERT_FILE takes the place of the system's authorities, so they go first.\n")
          .append("for roots in /etc/ssl/certs/ca-certificates.crt")
          .append(" /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /dev/null; do\n")
          .append("  if [ -r \"$roots\" ]; then break; fi\n")
          .append("done\n")
          .append("cat \"$roots\" - >")
          .append(AUTHORITIES_FILE)
          .append(" <<'END'\n")
          .append(authorities)
          .append("END\n")
          .append(file(DROP_IN_FILE, environment()))
          .append("systemctl daemon-reload\n");
    }
    return script
        .append("systemctl stop amazon-ssm-agent\n")
        .append(register())
        .append("systemctl start amazon-ssm-agent\n")
        .toString();
  }

  private static String file(String path, String content) {
    return "mkdir -p %s\ncat >%s <<'END'\n%sEND\n"
        .formatted(path.substring(0, path.lastIndexOf('/')), path, content);
  }
}
