package dev.postern.agent.control;

import dev.postern.agent.forward.PortSession;
import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** What a port session has to say, on its data channel. Safe for use by many threads. */
record PortLine(DataChannel channel, Consumer<AgentSession.Ending> end)
    implements PortSession.Line {
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
  public void onEnd() {
    end.accept(new AgentSession.Ending.Exited(0));
  }

  @Override
  public void onFailure(String reason) {
    end.accept(new AgentSession.Ending.Failed(reason));
  }
}
