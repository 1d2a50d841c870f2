package dev.postern.client.session;

import java.nio.ByteBuffer;

/**
 * Finds a person's requests to this program among the keys for the session, as ssh does: at the
 * start of a line {@code ~.} leaves, {@code ~?} shows help, {@code ~~} sends one tilde. Used by one
 * thread.
 */
public final class EscapeFilter implements InputFilter {
  /** What {@link Request#HELP} shows. */
  public static final String HELP_TEXT =
      """
      Escapes, after Enter:
        ~.  end the session
        ~~  send a tilde
        ~?  this help
      """;

  private static final byte ESCAPE = '~';

  private enum State {
    LINE_START,
    IN_LINE,
    AFTER_ESCAPE
  }

  private State state = State.LINE_START;

  @Override
  public Passed pass(ByteBuffer input) {
    // An escape that was held back may come out besides what came in.
    ByteBuffer output = ByteBuffer.allocate(input.remaining() + 1);
    Request request = Request.NONE;
    while (input.hasRemaining() && request != Request.LEAVE) {
      byte key = input.get();
      if (state == State.AFTER_ESCAPE) {
        Request asked = request(key);
        if (asked != Request.NONE) {
          request = asked;
          state = State.LINE_START;
          continue;
        }
        output.put(ESCAPE);
        if (key == ESCAPE) {
          state = State.IN_LINE;
          continue;
        }
      } else if (state == State.LINE_START && key == ESCAPE) {
        state = State.AFTER_ESCAPE;
        continue;
      }
      output.put(key);
      state = key == '\r' || key == '\n' ? State.LINE_START : State.IN_LINE;
    }
    return new Passed(output.flip(), request);
  }

  private static Request request(byte key) {
    return switch (key) {
      case '.' -> Request.LEAVE;
      case '?' -> Request.HELP;
      default -> Request.NONE;
    };
  }
}
