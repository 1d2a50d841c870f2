package dev.postern.client.session;

import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Sends what is read from the input to a shell. One thread of its own, which ends with the input or
 * with the process: a blocked read cannot be called off.
 */
final class Keyboard {
  /**
   * The official plugin's; keys come one by one, and what is pasted or piped fits the agent's
   * terminal.
   */
  private static final int READ_BYTES_MAX = 1024;

  private static final byte END_OF_TRANSMISSION = 0x04;

  private final SessionStreams streams;
  private final InputFilter filter;
  private final DataChannel channel;
  private final boolean terminal;
  private final Consumer<Ending> endings;

  /** The last byte that was to be sent, a line's end where there was none. Of the thread. */
  private byte last = '\n';

  /**
   * @param terminal whether a person types; otherwise the end of the input is passed on as the end
   *     of typing
   * @param endings told when the person leaves
   */
  Keyboard(
      SessionStreams streams,
      InputFilter filter,
      DataChannel channel,
      boolean terminal,
      Consumer<Ending> endings) {
    this.streams = streams;
    this.filter = filter;
    this.channel = channel;
    this.terminal = terminal;
    this.endings = endings;
  }

  /** The thread, which ends as said above. */
  Thread start() {
    // A platform thread: the read blocks in the kernel and would hold a carrier.
    return Thread.ofPlatform().daemon().name("keyboard").start(this::run);
  }

  private void run() {
    try {
      if (!pump()) {
        return;
      }
      if (terminal) {
        endings.accept(
            new Ending.Left(
                "Terminal closed", dev.postern.client.terminal.Signals.Kind.HUP.exitCode()));
      } else {
        endTyping();
      }
    } catch (IOException closed) {
      endings.accept(new Ending.Lost(closed));
    }
  }

  /** Whether the input came to its end; false when the session did. */
  private boolean pump() throws IOException {
    byte[] buffer = new byte[READ_BYTES_MAX];
    for (int count = read(buffer); count > 0; count = read(buffer)) {
      InputFilter.Passed passed = filter.pass(ByteBuffer.wrap(Arrays.copyOf(buffer, count)));
      ByteBuffer toSend = passed.toSend();
      if (toSend.hasRemaining()) {
        last = toSend.get(toSend.limit() - 1);
        if (!send(toSend)) {
          return false;
        }
      }
      switch (passed.request()) {
        case NONE -> {}
        case LEAVE -> endings.accept(new Ending.Left("Session ended by escape", 0));
        case HELP -> SessionStreams.write(streams.texts(), helpOnRawScreen());
      }
    }
    return true;
  }

  /** False when the session has ended: a key came too late, and the receiver hears how it ended. */
  private boolean send(ByteBuffer bytes) {
    try {
      channel.send(PayloadType.OUTPUT, bytes);
      return true;
    } catch (IOException ended) {
      return false;
    }
  }

  /** A terminal that went away reads as an error. */
  private int read(byte[] buffer) {
    try {
      return streams.input().read(buffer);
    } catch (IOException gone) {
      return -1;
    }
  }

  /** A remote shell sees what it would see of a script: the last line complete, then the end. */
  private void endTyping() {
    boolean complete = last == '\n' || last == '\r';
    byte[] ending =
        complete ? new byte[] {END_OF_TRANSMISSION} : new byte[] {'\r', END_OF_TRANSMISSION};
    boolean _ = send(ByteBuffer.wrap(ending));
  }

  private static String helpOnRawScreen() {
    return "\r\n" + EscapeFilter.HELP_TEXT.replace("\n", "\r\n");
  }
}
