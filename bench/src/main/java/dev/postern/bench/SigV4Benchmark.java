package dev.postern.bench;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.protocol.Protocol;
import dev.postern.aws.sigv4.AccessKey;
import dev.postern.aws.sigv4.BodyHash;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.ReceivedRequest;
import dev.postern.aws.sigv4.RequestPath;
import dev.postern.aws.sigv4.RequestSignature;
import dev.postern.aws.sigv4.RequestSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Signing and verifying a StartSession call. The baseline is one SHA-256 and one HMAC-SHA256 of the
 * body; a signature takes two digests and five HMACs, since nobody keeps a derived key.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SigV4Benchmark {
  private static final String REGION = "us-east-1";
  private static final String SERVICE = "ssm";
  private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000);

  /** AWS's documented example, which opens nothing. */
  private static final Credentials CREDENTIALS =
      new Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

  private final byte[] body =
      "{\"Target\":\"mi-0123456789abcdef0\",\"Reason\":\"looking at the logs\"}"
          .getBytes(StandardCharsets.UTF_8);
  private final HttpRequest request =
      new HttpRequest(
          "POST",
          URI.create("https://postern.example.org:8443/"),
          Map.of(
              "content-type",
              List.of("application/x-amz-json-1.1"),
              "x-amz-target",
              List.of("AmazonSSM.StartSession")),
          body);
  private final ReceivedRequest received =
      received(RequestSigner.sign(request, CREDENTIALS, REGION, SERVICE, TIME));
  private final KnownKey key = new KnownKey();

  private static final class KnownKey implements AccessKey {
    @Override
    public String secretAccessKey() {
      return CREDENTIALS.secretAccessKey();
    }

    @Override
    public boolean acceptsSessionToken(@Nullable String sessionToken) {
      return AccessKey.sameToken(null, sessionToken);
    }

    @Override
    public @Nullable Instant expiration() {
      return null;
    }
  }

  private static ReceivedRequest received(HttpRequest signed) {
    List<ReceivedRequest.Header> headers = new ArrayList<>();
    headers.add(new ReceivedRequest.Header("host", signed.host()));
    signed
        .headers()
        .forEach(
            (name, values) -> headers.add(new ReceivedRequest.Header(name, values.getFirst())));
    return new ReceivedRequest(signed.method(), RequestPath.parse("/"), "", headers);
  }

  @Benchmark
  public HttpRequest sign() {
    return RequestSigner.sign(request, CREDENTIALS, REGION, SERVICE, TIME);
  }

  /** As the server does it: from the headers to the key's owner, with the body's hash. */
  @Benchmark
  public AccessKey verify() {
    RequestSignature signature =
        Objects.requireNonNull(RequestSignature.parse(received, Protocol.JSON));
    return signature.verify(SERVICE, _ -> key, BodyHash.of(body), TIME);
  }

  @Benchmark
  public byte[] baselineSha256AndHmac() throws GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(digest, "HmacSHA256"));
    return mac.doFinal(body);
  }
}
