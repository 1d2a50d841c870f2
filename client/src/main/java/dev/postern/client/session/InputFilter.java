package dev.postern.client.session;

import java.nio.ByteBuffer;

/**
 * Decides what of the person's input goes to the session. Called by the thread that reads the input
 * only.
 */
public interface InputFilter {
  /** Sends everything as it is. */
  InputFilter NONE = input -> new Passed(input, Request.NONE);

  /** What the person asked of this program, and not of the session. */
  enum Request {
    NONE,
    /** Leave the session now. */
    LEAVE,
    /** Show which escapes there are. */
    HELP
  }

  /**
   * What is left of input after filtering.
   *
   * @param toSend may be empty
   * @param request what to do after sending
   */
  record Passed(ByteBuffer toSend, Request request) {}

  /** Takes bytes that were read together. */
  Passed pass(ByteBuffer input);
}
