package dev.postern.client.forward;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the person wants to listen. The agent tells the place in the handshake, from the session's
 * document; what opens this machine to others, or makes a file, counts only when the person asked
 * for it.
 *
 * @param localIpAddress null when the person named none
 * @param localUnixSocket null when the person named none
 */
public record LocalWish(@Nullable String localIpAddress, @Nullable String localUnixSocket) {
  /** A person who named nothing. */
  public static final LocalWish NOTHING = new LocalWish(null, null);

  /** What the Parameters of a StartSession call say. */
  public static LocalWish of(Map<?, ?> parameters) {
    return new LocalWish(
        first(parameters.get("localIpAddress")), first(parameters.get("localUnixSocket")));
  }

  private static @Nullable String first(@Nullable Object values) {
    return values instanceof List<?> list
            && list.size() == 1
            && list.getFirst() instanceof String text
        ? text
        : null;
  }
}
