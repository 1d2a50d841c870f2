package dev.postern.wire.handshake;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.util.List;

/**
 * What our own agent and client may agree on beyond the official protocol. The agent offers names
 * in its handshake request, the client answers with those that it takes; both travel in a JSON
 * member that official programs overlook. Without the answer nothing changes.
 */
public final class Extension {
  /**
   * A stream of a port session may end in one direction and go on in the other, and may be reset:
   * {@link dev.postern.wire.smux.Frame.Reset}, {@link
   * dev.postern.wire.message.SessionFlag#FINISH_INPUT}.
   */
  public static final String HALF_CLOSE = "half-close";

  /**
   * Each stream of a mux session has a window of its own: {@link
   * dev.postern.wire.smux.Frame.Window}.
   */
  public static final String STREAM_WINDOWS = "stream-windows";

  /**
   * From here on PayloadDigest is 0 and nobody looks at it. Hashing costs a third of what an end
   * does for a byte, and says nothing that TLS has not said.
   */
  public static final String NO_DIGESTS = "no-digests";

  /**
   * An acknowledgement may serve for all messages before the one that it names: {@link
   * dev.postern.wire.control.Acknowledge#cumulative}.
   */
  public static final String CUMULATIVE_ACKS = "cumulative-acks";

  /**
   * Named by a client to the service, in OpenDataChannel: it wants a {@link
   * dev.postern.wire.control.ResumeToken}. Agents do not hear of it.
   */
  public static final String RESUME_TOKEN = "resume-token";

  /**
   * Named by a client to the service, in OpenDataChannel: it takes what follows HandshakeComplete
   * at once. The official plugin does not in a port session, so it is spared anything for 100 ms.
   */
  public static final String NO_START_PAUSE = "no-start-pause";

  /**
   * Named by a client to the service, in OpenDataChannel: it acknowledges what it is sent again,
   * whether it has consumed it or not. The official plugin does not, and has to be read between the
   * lines.
   */
  public static final String ACKNOWLEDGES_REPEATS = "acknowledges-repeats";

  /**
   * Named by an agent to the service, in OpenDataChannel: pings are answered whatever becomes of
   * what it was sent, so one that does not is gone. The official agent answers none while a session
   * takes no input.
   */
  public static final String ANSWERS_PINGS = "answers-pings";

  /** What our own ends of this version offer and take in every session. */
  private static final List<String> OF_ALL = List.of(NO_DIGESTS, CUMULATIVE_ACKS);

  private static final List<String> OF_PORTS =
      List.of(HALF_CLOSE, STREAM_WINDOWS, NO_DIGESTS, CUMULATIVE_ACKS);

  private static final String MEMBER = "PosternExtensions";

  /** More than there will be; a longer list is cut. */
  private static final int NAMES_MAX = 32;

  private Extension() {}

  /** What our own ends of this version offer and take in a session of a type. */
  public static List<String> of(String sessionType) {
    return sessionType.equals(SessionType.PORT) ? OF_PORTS : OF_ALL;
  }

  static List<String> list(JsonObject json) throws MalformedMessageException {
    return json.strings(MEMBER).stream().limit(NAMES_MAX).toList();
  }

  static JsonObject.Builder put(JsonObject.Builder json, List<String> extensions) {
    return extensions.isEmpty() ? json : json.put(MEMBER, extensions);
  }
}
