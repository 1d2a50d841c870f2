package dev.postern.agent.control;

import dev.postern.agent.shell.OutputSink;
import dev.postern.agent.shell.OutputStreamKind;
import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Puts a program's output on its data channel, waiting while the client is behind. Prefixes come at
 * the start of a stream and of each piece that follows one which ended a line (spec/data-channel.md
 * 6.5). Each stream has one thread.
 */
final class ChannelSink implements OutputSink {
  private final DataChannel channel;
  private final Lane output;
  private final Lane error;

  /**
   * A sink with prefixes.
   *
   * @param outputPrefix may be empty
   * @param errorPrefix may be empty
   */
  ChannelSink(DataChannel channel, String outputPrefix, String errorPrefix) {
    this.channel = channel;
    this.output = new Lane(PayloadType.OUTPUT, outputPrefix);
    this.error = new Lane(PayloadType.STD_ERR, errorPrefix);
  }

  @Override
  public void accept(OutputStreamKind stream, ByteBuffer bytes) throws IOException {
    Lane lane = stream == OutputStreamKind.OUTPUT ? output : error;
    channel.handOn(lane.payloadType, lane.prefixed(bytes));
  }

  /** One stream, owned by its reader's thread. */
  private static final class Lane {
    private final int payloadType;
    private final byte[] prefix;
    private boolean atLineStart = true;

    Lane(int payloadType, String prefix) {
      this.payloadType = payloadType;
      this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
    }

    ByteBuffer prefixed(ByteBuffer bytes) {
      if (prefix.length == 0) {
        return bytes;
      }
      boolean start = atLineStart;
      atLineStart = bytes.get(bytes.limit() - 1) == '\n';
      if (!start) {
        return bytes;
      }
      return PayloadBuffer.copyOf(ByteBuffer.wrap(prefix), bytes);
    }
  }
}
