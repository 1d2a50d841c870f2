package dev.postern.server.edge;

import dev.postern.aws.sigv4.ReceivedRequest;
import dev.postern.aws.sigv4.RequestPath;
import dev.postern.server.listener.HttpCall;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request that has come in: its path is read once, here, and serves for routing and for the
 * signature alike. Immutable.
 *
 * @param now when it came
 */
record Arrival(HttpCall call, RequestPath path, String rawQuery, String requestId, Instant now) {
  private static final int USER_AGENT_CHARACTERS_MAX = 1024;

  /**
   * @throws dev.postern.aws.Fault when the path is one that two readers could take differently
   */
  static Arrival of(HttpCall call, String requestId, Instant now) {
    String target = call.target();
    int question = target.indexOf('?');
    RequestPath path = RequestPath.parse(question < 0 ? target : target.substring(0, question));
    String rawQuery = question < 0 ? "" : target.substring(question + 1);
    return new Arrival(call, path, rawQuery, requestId, now);
  }

  static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  ReceivedRequest signed() {
    List<ReceivedRequest.Header> headers =
        call.headers().stream()
            .map(header -> new ReceivedRequest.Header(header.name(), header.value()))
            .toList();
    return new ReceivedRequest(call.method(), path, rawQuery, headers);
  }

  String sourceAddress() {
    return sourceAddress(call);
  }

  private static String sourceAddress(HttpCall call) {
    @Nullable InetAddress address = call.remote().getAddress();
    return address == null ? call.remote().getHostString() : address.getHostAddress();
  }

  /** What the client calls itself, without characters that could forge a line of a log. */
  String userAgent() {
    String agent = call.header("user-agent");
    if (agent == null) {
      return "";
    }
    String cut = agent.substring(0, Math.min(agent.length(), USER_AGENT_CHARACTERS_MAX));
    return cut.replaceAll("[^ -~]", "?");
  }
}
