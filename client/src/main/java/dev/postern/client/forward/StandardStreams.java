package dev.postern.client.forward;

import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.SessionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * One connection on the standard streams, for programs such as ssh that start a proxy command
 * (spec/data-channel.md 7.3). The output carries the connection's bytes and nothing else. A thread
 * of its own reads the input, and ends with it or with the process: a blocked read cannot be called
 * off.
 */
final class StandardStreams implements ClientPort {
  private final InputStream input;
  private final OutputStream output;
  private final Line line;
  private final boolean halfClose;

  private StandardStreams(InputStream input, OutputStream output, Line line, boolean halfClose) {
    this.input = input;
    this.output = output;
    this.line = line;
    this.halfClose = halfClose;
  }

  static StandardStreams open(
      InputStream input, OutputStream output, Line line, boolean halfClose) {
    StandardPipes.widen();
    StandardStreams port = new StandardStreams(input, output, line, halfClose);
    // A platform thread: the read blocks in the kernel and would hold a carrier.
    Thread.ofPlatform().daemon().name("standard-input").start(port::readAll);
    return port;
  }

  private void readAll() {
    PayloadBuffer buffer = new PayloadBuffer(DataChannel.PAYLOAD_BYTES_BULK);
    try {
      while (isRead(buffer)) {
        line.send(buffer.take());
      }
      if (halfClose) {
        line.flag(SessionFlag.FINISH_INPUT);
      } else {
        line.onInputEnded();
      }
    } catch (IOException ended) {
      // The channel's owner hears of it elsewhere.
    }
  }

  /** A pipe that broke is at its end. */
  private boolean isRead(PayloadBuffer buffer) {
    try {
      ByteBuffer space = buffer.space();
      int count =
          input.read(space.array(), space.arrayOffset() + space.position(), space.remaining());
      space.position(space.position() + Math.max(count, 0));
      return count > 0;
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public boolean input(ByteBuffer bytes) {
    try {
      if (bytes.hasArray()) {
        output.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      } else {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        output.write(copy);
      }
      output.flush();
    } catch (IOException readerGone) {
      line.onOutputClosed();
    }
    return true;
  }

  /** Nothing but the connection's bytes is of use here. */
  @Override
  public void onFlag(SessionFlag flag) {
    // A flag of a newer agent.
  }

  @Override
  public void close() {
    // The standard streams are the process's.
  }
}
