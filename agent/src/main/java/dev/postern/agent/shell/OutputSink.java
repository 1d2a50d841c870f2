package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes what a program writes, in order, from one thread per stream. */
@FunctionalInterface
public interface OutputSink {
  /**
   * Blocks while the receiver is behind: that is the back-pressure on the program.
   *
   * @param bytes never empty; the receiver's own, with room before it ({@link
   *     dev.postern.wire.message.PayloadBuffer})
   * @throws IOException when nobody will take anything any more; the stream is then not read on
   */
  void accept(OutputStreamKind stream, ByteBuffer bytes) throws IOException, InterruptedException;
}
