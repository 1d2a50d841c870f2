package dev.postern.bench;

import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.ProcessedAction;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Reading and writing a session's handshake, which happens once per session. The baseline decodes
 * the same bytes as UTF-8 and encodes them again.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandshakeBenchmark {
  private static final String SESSION_TYPE = ClientAction.SessionTypeAction.TYPE;

  private final HandshakeRequest request =
      new HandshakeRequest(
          "3.3.3050.0",
          List.of(new ClientAction.SessionTypeAction("NonInteractiveCommands", null)));
  private final HandshakeResponse response =
      new HandshakeResponse(
          "1.2.700.0", List.of(ProcessedAction.succeeded(SESSION_TYPE)), List.of());
  private final ByteBuffer requestPayload = request.toPayload();
  private final ByteBuffer responsePayload = response.toPayload();

  @Benchmark
  public ByteBuffer writeRequest() {
    return request.toPayload();
  }

  @Benchmark
  public HandshakeRequest parseRequest() throws MalformedMessageException {
    return HandshakeRequest.parse(requestPayload.duplicate());
  }

  @Benchmark
  public ByteBuffer writeResponse() {
    return response.toPayload();
  }

  @Benchmark
  public HandshakeResponse parseResponse() throws MalformedMessageException {
    return HandshakeResponse.parse(responsePayload.duplicate());
  }

  @Benchmark
  public byte[] baselineUtf8() {
    return StandardCharsets.UTF_8
        .decode(requestPayload.duplicate())
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }
}
