package dev.postern.server.edge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.aws.Fault;
import dev.postern.server.service.FailureThrottle;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose signatures are not even looked at, because too many before did not hold. Safe for use by
 * many threads.
 *
 * <p>Failures count for a key together with its source, and for the source; never for the key
 * alone, or anybody could lock its owner out by naming it. A key that was proven at a source lately
 * is not held up by what others at that source do, as behind one NAT.
 */
final class SignatureThrottle {
  /** Failures at once of one key at one source. */
  static final int KEY_BURST = 20;

  /** Failures at once of one source, whatever keys it names. */
  static final int SOURCE_BURST = 60;

  /** So long a proven key is trusted to be its owner's at that source. */
  static final Duration PROVEN_KEPT = Duration.ofHours(1);

  private static final int PROVEN_MAX = 65_536;

  /** The signature was right and only late: SDKs get new credentials when they hear of it. */
  private static final Set<String> NO_FAILURES =
      Set.of("ExpiredTokenException", "ExpiredToken", "RequestExpired");

  private static final Logger LOG = LoggerFactory.getLogger(SignatureThrottle.class);

  private final FailureThrottle byKey = new FailureThrottle(KEY_BURST);
  private final FailureThrottle bySource = new FailureThrottle(SOURCE_BURST);
  private final Cache<String, Instant> proven =
      Caffeine.newBuilder().maximumSize(PROVEN_MAX).executor(Runnable::run).build();

  /**
   * @param keyId as the request claims
   * @param address the client's
   * @throws Fault when nothing of this key from this source shall be verified now
   */
  void require(String keyId, String address, Instant now) {
    String source = FailureThrottle.source(address);
    String pair = pair(keyId, source);
    boolean admitted =
        byKey.admits(pair, now) && (isProven(pair, now) || bySource.admits(source, now));
    if (!admitted) {
      throw new Fault("ThrottlingException", 400, "Rate exceeded");
    }
  }

  private boolean isProven(String pair, Instant now) {
    Instant at = proven.getIfPresent(pair);
    return at != null && now.isBefore(at.plus(PROVEN_KEPT));
  }

  /** The signature did not hold. */
  void failed(String keyId, String address, Fault why, Instant now) {
    if (NO_FAILURES.contains(why.code())) {
      return;
    }
    String source = FailureThrottle.source(address);
    boolean keyHeld = byKey.failed(pair(keyId, source), now);
    boolean sourceHeld = bySource.failed(source, now);
    if (keyHeld || sourceHeld) {
      LOG.warn(
          "too many signatures from {} do not hold: {} refused unseen for a while",
          source,
          sourceHeld ? "all are" : "those of one key are");
    }
  }

  /** The signature held: what failed before were slips of the key's owner. */
  void proven(String keyId, String address, Instant now) {
    String pair = pair(keyId, FailureThrottle.source(address));
    byKey.forget(pair);
    proven.put(pair, now);
  }

  private static String pair(String keyId, String source) {
    return source + " " + keyId;
  }
}
