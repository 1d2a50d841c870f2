package dev.postern.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.transport.ChannelSettings;
import dev.postern.transport.ChannelThreads;
import dev.postern.transport.DataChannel;
import dev.postern.transport.ReconnectPolicy;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.Side;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeyboardTest {
  private final List<Ending> endings = Collections.synchronizedList(new ArrayList<>());

  private static final class Deaf implements DataChannel.Receiver {
    @Override
    public boolean onStream(int payloadType, ByteBuffer payload) {
      return true;
    }

    @Override
    public void onChannelClosed(ChannelClosed closed) {}

    @Override
    public void onGivenUp(IOException reason) {}
  }

  private void type(String text, boolean terminal) throws InterruptedException {
    DataChannel closed =
        new DataChannel(
            Side.CLIENT,
            new SessionId("alice-0123456789abcdef0"),
            () -> {
              throw new IOException("not dialled");
            },
            new Deaf(),
            new ChannelSettings(
                new ReconnectPolicy((failures, random) -> Duration.ZERO, Duration.ZERO),
                InstantSource.system(),
                new Random(1),
                ChannelThreads.PLATFORM));
    closed.close();
    OutputStream none = OutputStream.nullOutputStream();
    var streams =
        new SessionStreams(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), none, none, none);

    new Keyboard(streams, InputFilter.NONE, closed, terminal, endings::add).start().join();
  }

  /** How the session ended is what its channel was told, and not that a key came too late. */
  @Test
  void keyThatComesTooLateIsNoEnding() throws Exception {
    type("x", true);
    type("x", false);
    type("", false);

    assertThat(endings).isEmpty();
  }

  @Test
  void terminalThatClosesEndsTheSession() throws Exception {
    type("", true);

    assertThat(endings).singleElement().isInstanceOf(Ending.Left.class);
  }
}
