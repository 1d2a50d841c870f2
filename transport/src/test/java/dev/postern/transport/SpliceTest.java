package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real connections at both ends of a mux session: an application, and what it wants to reach. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpliceTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** Forwards connections to a listener on to the destination. */
  private Socket connectThrough(boolean halfClose, ServerSocketChannel destination)
      throws Exception {
    SmuxPair pair = keep(new SmuxPair(halfClose ? SmuxRules.OWN : SmuxRules.OFFICIAL));
    ServerSocketChannel listener = keep(ServerSocketChannel.open().bind(ANY));
    var _ =
        spawn(() -> {
          while (true) {
            SmuxStream stream = pair.accepted.take();
            SocketChannel connection = SocketChannel.open(destination.getLocalAddress());
            var _ = spawn(() -> splice(connection, stream));
          }
        });
    var _ =
        spawn(() -> {
          while (true) {
            SocketChannel connection = listener.accept();
            SmuxStream stream = pair.client.open();
            var _ = spawn(() -> splice(connection, stream));
          }
        });
    return connect(listener);
  }

  private Socket connect(ServerSocketChannel listener) throws Exception {
    InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
    return keep(new Socket(address.getAddress(), address.getPort()));
  }

  private static Object splice(SocketChannel connection, SmuxStream stream) {
    Splice.run(connection, stream);
    return "done";
  }

  private <T> Future<T> spawn(Callable<T> task) {
    return threads.submit(task);
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }

  private ServerSocketChannel destination() throws IOException {
    return keep(ServerSocketChannel.open().bind(ANY));
  }

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    for (AutoCloseable resource : opened) {
      resource.close();
    }
    assertThat(threads.awaitTermination(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void answerArrivesAfterTheQuestionEnded() throws Exception {
    ServerSocketChannel destination = destination();
    Future<String> asked =
        spawn(() -> {
          try (Socket socket = destination.accept().socket()) {
            String question =
                new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            socket.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            return question;
          }
        });

    Socket application = connectThrough(true, destination);
    application.getOutputStream().write("question".getBytes(StandardCharsets.UTF_8));
    application.shutdownOutput();

    assertThat(application.getInputStream().readAllBytes()).asString().isEqualTo("answer");
    assertThat(asked.get()).isEqualTo("question");
  }

  @Test
  void resetOfTheApplicationReachesTheDestination() throws Exception {
    ServerSocketChannel destination = destination();
    Socket application = connectThrough(true, destination);
    Socket socket = destination.accept().socket();

    application.setSoLinger(true, 0);
    application.close();

    assertThatThrownBy(
            () -> {
              if (socket.getInputStream().read() < 0) {
                throw new AssertionError("a regular end");
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void applicationThatGoesAwayDuringADownloadEndsIt() throws Exception {
    ServerSocketChannel destination = destination();
    Socket application = connectThrough(true, destination);
    Socket socket = destination.accept().socket();
    Future<?> download =
        spawn(() -> {
          byte[] block = new byte[65_536];
          while (true) {
            socket.getOutputStream().write(block);
          }
        });
    assertThat(application.getInputStream().readNBytes(100_000)).hasSize(100_000);

    application.close();

    assertThat(download)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .withCauseInstanceOf(IOException.class);
  }

  @Test
  void officialPeersFinishEndsTheConnection() throws Exception {
    ServerSocketChannel destination = destination();
    Socket application = connectThrough(false, destination);
    Socket socket = destination.accept().socket();

    socket.getOutputStream().write("last words".getBytes(StandardCharsets.UTF_8));
    socket.close();

    assertThat(application.getInputStream().readAllBytes()).asString().isEqualTo("last words");
  }

  @Test
  void bytesArriveAsTheyAreInBothDirectionsAtOnce() throws Exception {
    ServerSocketChannel destination = destination();
    var _ =
        spawn(() -> {
          try (Socket socket = destination.accept().socket()) {
            socket.getInputStream().transferTo(socket.getOutputStream());
          }
          return "echoed";
        });
    byte[] bytes = new byte[8 << 20];
    new Random(7).nextBytes(bytes);

    Socket application = connectThrough(true, destination);
    var _ =
        spawn(() -> {
          application.getOutputStream().write(bytes);
          application.shutdownOutput();
          return "sent";
        });

    assertThat(application.getInputStream().readAllBytes()).isEqualTo(bytes);
  }
}
