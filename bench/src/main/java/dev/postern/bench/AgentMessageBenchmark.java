package dev.postern.bench;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What one message of a data channel costs its three handlers. The baselines are what the format
 * forces on whoever writes or checks a message: the digest of the payload, and one copy.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AgentMessageBenchmark {
  /** An interactive screenful, and what bulk output is cut into. */
  @Param({"1024", "32768"})
  public int payloadBytes;

  private byte[] payload = {};
  private ByteBuffer encoded = ByteBuffer.allocate(0);

  @Setup
  public void setUp() {
    payload = new byte[payloadBytes];
    new Random(1).nextBytes(payload);
    encoded = encode();
  }

  @Benchmark
  public ByteBuffer encode() {
    return AgentMessage.stream(
            Side.AGENT,
            7,
            1_700_000_000_000L,
            new UUID(1, 2),
            PayloadType.OUTPUT,
            ByteBuffer.wrap(payload))
        .encode();
  }

  /** As the agent does it: without a look at the digest. */
  @Benchmark
  public AgentMessage decode() throws MalformedMessageException {
    return AgentMessage.decode(encoded.duplicate());
  }

  /** As the client does it: with the digest. */
  @Benchmark
  public AgentMessage decodeAsClient() throws MalformedMessageException {
    return AgentMessage.decodeAsClient(encoded.duplicate());
  }

  /** As the server does it, with the fields that its window needs. */
  @Benchmark
  public long relayCheck() throws MalformedMessageException {
    EncodedMessage message = EncodedMessage.forRelay(encoded.duplicate(), Side.AGENT);
    return message.sequenceNumber() + message.payloadType();
  }

  @Benchmark
  public byte[] baselineSha256() throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256").digest(payload);
  }

  @Benchmark
  public byte[] baselineCopy() {
    return payload.clone();
  }
}
