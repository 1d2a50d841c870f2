package dev.postern.server.store;

import dev.postern.wire.SessionId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Some sessions of a listing.
 *
 * @param next where the next page begins; absent on the last page
 */
public record SessionPage(List<SessionRecord> sessions, Optional<Cursor> next) {
  public SessionPage {
    sessions = List.copyOf(sessions);
  }

  /**
   * The place after one session. It stays valid when that session moves or is removed. A forged one
   * is only another place.
   */
  public record Cursor(Instant startDate, SessionId sessionId) {
    /** The cursor as text, for NextToken. */
    public String encode() {
      String text = startDate.toEpochMilli() + " " + sessionId.value();
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty when the text is not the text of a cursor. */
    public static Optional<Cursor> parse(String token) {
      try {
        String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        int space = text.indexOf(' ');
        if (space < 0) {
          return Optional.empty();
        }
        Instant startDate = Instant.ofEpochMilli(Long.parseLong(text.substring(0, space)));
        return Optional.of(new Cursor(startDate, new SessionId(text.substring(space + 1))));
      } catch (IllegalArgumentException malformed) {
        return Optional.empty();
      }
    }
  }
}
