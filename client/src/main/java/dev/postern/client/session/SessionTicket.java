package dev.postern.client.session;

import dev.postern.wire.SessionId;
import java.net.URI;
import java.util.Map;

/**
 * What StartSession answers and a client needs to open the session's data channel. The text form
 * hides the token.
 *
 * @param streamUrl dialled as it is, again after every loss
 * @param tokenValue opens the channel once
 */
public record SessionTicket(SessionId sessionId, URI streamUrl, String tokenValue) {
  /**
   * Takes the three members from an answer; others are ignored.
   *
   * @throws IllegalArgumentException naming the member that is missing or has no sense
   */
  public static SessionTicket of(Map<String, Object> answer) {
    String id = text(answer, "SessionId");
    if (!SessionId.isValid(id)) {
      throw new IllegalArgumentException("the answer of StartSession has an impossible SessionId");
    }
    String url = text(answer, "StreamUrl");
    String token = text(answer, "TokenValue");
    try {
      return new SessionTicket(new SessionId(id), new URI(url), token);
    } catch (java.net.URISyntaxException notAnUrl) {
      throw new IllegalArgumentException(
          "the answer of StartSession has an impossible StreamUrl", notAnUrl);
    }
  }

  private static String text(Map<String, Object> answer, String member) {
    if (answer.get(member) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new IllegalArgumentException("the answer of StartSession has no " + member);
  }

  @Override
  public String toString() {
    return "SessionTicket[" + sessionId + "]";
  }
}
