package dev.postern.client.session;

import dev.postern.client.forward.ClientPort;
import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/** What a port session has to say, to its agent and to its person. Safe for use by many threads. */
record PortLine(DataChannel channel, SessionStreams streams, Consumer<Ending> endings)
    implements ClientPort.Line {
  /** What was read to its end is to arrive, if the agent takes it at all. */
  private static final Duration INPUT_END_PATIENCE = Duration.ofSeconds(10);

  /** What a shell reports of a program that SIGPIPE ended. */
  private static final int OUTPUT_CLOSED_EXIT_CODE = 141;

  @Override
  public void send(ByteBuffer bytes) throws IOException {
    channel.handOn(PayloadType.OUTPUT, bytes);
  }

  @Override
  public void sendAhead(ByteBuffer bytes) throws IOException {
    channel.handOnAhead(PayloadType.OUTPUT, bytes);
  }

  @Override
  public void flag(SessionFlag flag) throws IOException {
    channel.send(PayloadType.FLAG, flag.toPayload());
  }

  @Override
  public void say(String text) {
    try {
      SessionStreams.write(streams.texts(), text);
    } catch (IOException nobodyReads) {
      // The connections go on all the same.
    }
  }

  @Override
  public void onReady() {
    channel.receiverReady();
  }

  @Override
  public void onInputEnded() {
    try {
      boolean _ = channel.drain(INPUT_END_PATIENCE);
    } catch (IOException closed) {
      // Then the session ends for that reason.
    }
    endings.accept(new Ending.Left("Input ended", 0));
  }

  @Override
  public void onOutputClosed() {
    endings.accept(new Ending.Left("Output closed", OUTPUT_CLOSED_EXIT_CODE));
  }

  @Override
  public void onFailure(String reason) {
    endings.accept(new Ending.Refused(reason));
  }
}
