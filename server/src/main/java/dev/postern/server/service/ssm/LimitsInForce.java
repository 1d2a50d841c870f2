package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.store.SessionLimits;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a session may last: what its document sets, else what the account's preferences set,
 * whatever the session's type. The service alone obeys these two inputs (spec/aws-api.md 2.4).
 */
final class LimitsInForce {
  private static final Pattern MINUTES = Pattern.compile("[1-9][0-9]{0,3}");

  private LimitsInForce() {}

  /**
   * The limits of a session.
   *
   * @throws Fault {@code InvalidDocument} when one is set that cannot be obeyed: a session without
   *     the limit that somebody wanted would be worse than none
   */
  static SessionLimits of(SessionDocument document, SessionDocument preferences) {
    return new SessionLimits(
        minutes(
                document,
                preferences,
                SessionDocument::idleSessionTimeout,
                SessionLimits.IDLE_MINUTES_MAX)
            .orElse(SessionLimits.IDLE_MINUTES_DEFAULT),
        minutes(
            document,
            preferences,
            SessionDocument::maxSessionDuration,
            SessionLimits.MAX_MINUTES_MAX));
  }

  private static OptionalInt minutes(
      SessionDocument document,
      SessionDocument preferences,
      Function<SessionDocument, @Nullable String> input,
      int max) {
    String own = input.apply(document);
    if (own != null) {
      return OptionalInt.of(minutes(document, own, max));
    }
    String general = input.apply(preferences);
    return general == null
        ? OptionalInt.empty()
        : OptionalInt.of(minutes(preferences, general, max));
  }

  private static int minutes(SessionDocument document, String text, int max) {
    if (!MINUTES.matcher(text).matches() || Integer.parseInt(text) > max) {
      throw new Fault(
          "InvalidDocument",
          400,
          "Document "
              + document.name()
              + " limits sessions to something that is no number of minutes from 1 to "
              + max
              + ".");
    }
    return Integer.parseInt(text);
  }
}
