package dev.postern.client.session;

import dev.postern.client.terminal.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Tells a person about the connection, on a screen that may be raw. Used by the data channel's
 * reader.
 */
public final class LinkNotices implements SessionDialer.Notices {
  private final String program;
  private final String wayOut;
  private final OutputStream texts;
  private final Terminal terminal;
  private boolean lost;

  /**
   * @param program who speaks
   * @param wayOut what to do for somebody who will not wait, empty where there is nothing to say
   */
  public LinkNotices(String program, String wayOut, OutputStream texts, Terminal terminal) {
    this.program = program;
    this.wayOut = wayOut;
    this.texts = texts;
    this.terminal = terminal;
  }

  @Override
  public void onDialAgain() {
    if (!lost) {
      lost = true;
      say("connection lost, trying again" + wayOut);
    }
  }

  @Override
  public void onConnectedAgain() {
    lost = false;
    say("connected again");
  }

  private void say(String text) {
    String end = terminal.isRaw() ? "\r\n" : "\n";
    try {
      SessionStreams.write(texts, end + "[" + program + ": " + text + "]" + end);
    } catch (IOException gone) {
      throw new UncheckedIOException("texts cannot be shown", gone);
    }
  }
}
