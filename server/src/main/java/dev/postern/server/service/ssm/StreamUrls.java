package dev.postern.server.service.ssm;

import dev.postern.wire.SessionId;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where clients open a session's data channel.
 *
 * @param publicUrl of this server, {@code https://host:port}
 */
record StreamUrls(URI publicUrl) {
  String of(SessionId session) {
    // A session id has no space, so form encoding is the percent-encoding that a path segment
    // needs.
    String segment = URLEncoder.encode(session.value(), StandardCharsets.UTF_8);
    return "wss://"
        + publicUrl.getRawAuthority()
        + "/v1/data-channel/"
        + segment
        + "?role=publish_subscribe";
  }
}
