package dev.postern.wire.smux;

import dev.postern.wire.handshake.Extension;
import java.util.List;

/**
 * What both ends of a mux session agreed on beyond smux as the official programs speak it.
 *
 * @param halfClose {@link Extension#HALF_CLOSE}: a finished stream goes on in the other direction,
 *     and {@link Frame.Reset} exists
 * @param streamWindows {@link Extension#STREAM_WINDOWS}: {@link Frame.Window} exists, and nobody
 *     sends data beyond it
 */
public record SmuxRules(boolean halfClose, boolean streamWindows) {
  /** With a program that is not ours. */
  public static final SmuxRules OFFICIAL = new SmuxRules(false, false);

  /** What our own ends of this version agree on. */
  public static final SmuxRules OWN = new SmuxRules(true, true);

  /**
   * What follows from a handshake.
   *
   * @param extensions names that both ends know
   */
  public static SmuxRules of(List<String> extensions) {
    return new SmuxRules(
        extensions.contains(Extension.HALF_CLOSE), extensions.contains(Extension.STREAM_WINDOWS));
  }
}
