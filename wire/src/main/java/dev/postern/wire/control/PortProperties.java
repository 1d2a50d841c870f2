package dev.postern.wire.control;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;

/**
 * The properties of a port session, from the document or from the handshake (spec/data-channel.md
 * 4.4, 7.1). All are strings on the wire; missing ones are empty.
 *
 * @param host empty means the node itself
 * @param localPortNumber empty means any free port
 * @param localIpAddress where the client listens; empty means localhost; ours, the official client
 *     does not know it
 * @param remoteUnixSocket path of a socket on the node, instead of host and port; ours, the
 *     official agent does not know it
 */
public record PortProperties(
    String portNumber,
    String localPortNumber,
    String host,
    String type,
    String localConnectionType,
    String localUnixSocket,
    String localIpAddress,
    String remoteUnixSocket) {

  /** The value of {@code type} for port forwarding; anything else is a stdio session. */
  public static final String LOCAL_PORT_FORWARDING = "LocalPortForwarding";

  public static PortProperties parse(JsonObject json) throws MalformedMessageException {
    return new PortProperties(
        json.string("portNumber"),
        json.string("localPortNumber"),
        json.string("host"),
        json.string("type"),
        json.string("localConnectionType"),
        json.string("localUnixSocket"),
        json.string("localIpAddress"),
        json.string("remoteUnixSocket"));
  }
}
